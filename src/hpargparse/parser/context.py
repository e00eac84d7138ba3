"""What is bound to a parser, and what one command line asks of it.

Owns these facts while a parser runs; knows neither how words are read, nor when
or how anything that is asked for is done.
"""

from __future__ import annotations

import argparse
from _thread import _local

from hpman import Origin
from hpman.names import ancestors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType
    from typing import Any

    from hpman import HyperParameterManager

    from ..snapshots.validation import Layer
    from .actions import BoundAction, HyperParameterAction, RequestAction

# Defaults of a request that ask for nothing.
UNASKED: tuple[object, ...] = (None, False, argparse.SUPPRESS)


class Binding:
    """Hold what one call of `bind` has agreed on.

    Attributes:
        manager: the manager that gets the values.
        options: the option of each hyperparameter, by name.
        sequences: those options that may take several words.
        required: the names of those that need a value.
        limited: the names of those whose hints limit the values.
        requests: the option of each request, by name.
        aliases: other spellings of options, which help does not show.
        moved: told when a parser takes an action over, with the frame that does it.
        filled: the values that a namespace got last.
        loaded: the default of `--hp-load` that a run has followed.
        show_defaults: whether help shows the defaults.
        serial_format: the format of files where none is asked for.
        strict: whether an unknown name in a file is an error.
        trust_pickle: whether a pickle may run code; None where nobody can say so.
    """

    def __init__(
        self,
        manager: HyperParameterManager,
        *,
        show_defaults: bool,
        serial_format: str,
        strict: bool,
        trust_pickle: bool | None,
    ) -> None:
        """Start without options."""
        self.manager = manager
        self.options: dict[str, HyperParameterAction] = {}
        self.sequences: list[BoundAction] = []
        self.required: list[str] = []
        self.limited: list[str] = []
        self.requests: dict[str, RequestAction] = {}
        self.aliases: dict[str, argparse.Action] = {}
        self.moved: Callable[[FrameType | None], None]
        self.filled: dict[str, object] = {}
        self.loaded: object = None
        self.show_defaults = show_defaults
        self.serial_format = serial_format
        self.strict = strict
        self.trust_pickle = trust_pickle

    def __deepcopy__(self, memo: dict[int, Any]) -> Binding:
        """Copy what a copy of a parser needs for itself; the values stay in one place."""
        from copy import deepcopy

        twin = memo[id(self)] = object.__new__(Binding)
        shared = {"manager": self.manager, "filled": dict(self.filled)}
        vars(twin).update(shared)
        for name, value in vars(self).items():
            if name not in shared:
                vars(twin)[name] = deepcopy(value, memo)
        return twin

    def typed(self, name: str, value: object, option: str) -> None:
        """Note a value that was typed; it is set when parsing is done."""
        if RUNNING.asked is None:  # an action of ours in a parser that took it without asking
            plan = Plan()
            plan.add({name: value}, {name: Origin("option", text=option, value=value)})
            plan.try_for(self.manager, [self])
            plan.carry_out(self.manager)
            return
        typed = RUNNING.asked.requests(self).typed
        typed.pop(name, None)
        typed[name] = value, option

    def asked(self) -> dict[str, Any] | None:
        """Return what is asked for so far, to be added to; None where no session runs."""
        return None if RUNNING.asked is None else RUNNING.asked.requests(self).actions


class Requests:
    """Hold what one command line asks of one binding.

    Attributes:
        typed: the values that were typed, by flat name, with their options.
        actions: what was asked for, by action: files to load, files to save
            to, a listing, a format.
    """

    def __init__(self) -> None:
        """Start with nothing asked for."""
        self.typed: dict[str, tuple[object, str]] = {}
        self.actions: dict[str, Any] = {}


class Plan:
    """Hold what one manager is to be set to: one layer for each thing that sets it.

    Attributes:
        layers: values and their origins, by name; later layers win.
    """

    def __init__(self) -> None:
        """Start with nothing to set."""
        self.layers: list[Layer] = []

    def add(self, values: dict[str, object], origins: dict[str, Origin]) -> None:
        """Put values on top of the others."""
        if values:
            self.layers.append((values, origins))

    def try_for(self, manager: HyperParameterManager, bindings: Iterable[Binding]) -> None:
        """Make sure that the values fit each other; the manager is as before afterwards.

        Raises:
            HpmanError: they do not.
        """
        from ..snapshots.validation import tried

        options = {name: option for each in bindings for name, option in each.options.items()}
        self.layers = tried(
            manager,
            self.layers,
            lambda name: options[name].converter if name in options else None,
        )

    def carry_out(self, manager: HyperParameterManager) -> None:
        """Set the values."""
        for values, origins in self.layers:
            manager.set_values(values, origins=origins)

    @property
    def values(self) -> dict[str, object]:
        """All values in the order in which they are set: a key after its dict changes it."""
        merged: dict[str, object] = {}
        for values, _origins in self.layers:
            for name, value in values.items():
                merged.pop(name, None)
                merged[name] = value
        return merged

    def without(self, names: Iterable[str], separator: str) -> list[str]:
        """Return those names of which neither the value nor a key of it is to be set."""
        planned = self.values
        above = {each for name in planned for each in ancestors(name, separator)}
        return [name for name in names if name not in planned and name not in above]


class Asked:
    """Hold what one command line asks of all that is bound to the parsers that read it.

    Attributes:
        parsers: the parsers that have run, the outermost first.
        by_binding: what is asked of each binding.
    """

    def __init__(self) -> None:
        """Start with nothing asked for."""
        self.parsers: list[argparse.ArgumentParser] = []
        self.by_binding: dict[Binding, Requests] = {}

    def join(self, parser: argparse.ArgumentParser, bindings: Iterable[Binding]) -> None:
        """Take note of a parser that runs, and of what is bound to it."""
        self.parsers.append(parser)
        for binding in bindings:
            self.requests(binding)

    def requests(self, binding: Binding) -> Requests:
        """Return what is asked of a binding so far."""
        return self.by_binding.setdefault(binding, Requests())


class _Running(_local):
    """Know, in each thread, what the command line asks for that is being read."""

    asked: Asked | None = None


RUNNING = _Running()
