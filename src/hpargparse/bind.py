"""The options and actions of a manager on a parser.

Owns what `bind` adds to a parser and how it gets to run with it; knows neither
what values mean nor what happens when parsing is done.
"""

from __future__ import annotations

import argparse

from hpman import Diagnostic, from_here

from .actions import ACTIONS, RequestAction
from .formats import FORMATS
from .hooks import attach
from .options import (
    BoundAction,
    HyperParameterAction,
    KeyAction,
    NegatedAction,
    OptionConflictError,
)
from .session import Binding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from hpman import HyperParameterManager


def bind(
    parser: argparse.ArgumentParser,
    manager: HyperParameterManager,
    *,
    inject_actions: bool | Iterable[str] = True,
    action_prefix: str = "hp",
    serial_format: str = "auto",
    show_defaults: bool = True,
    strict: bool = False,
    trust_pickle: bool = False,
) -> None:
    """Give a parser an option for each hyperparameter of a manager.

    When the parser has parsed, the manager holds what was typed, and the
    namespace holds the value of every hyperparameter.

    Args:
        parser: any parser; it may have arguments of its own, and get more.
        manager: the manager, with its sources parsed.
        inject_actions: whether to add `--hp-save` and the like: all, none, or
            those named, of save, load, list, detail, serial_format, strict, exit.
        action_prefix: what these options begin with, in place of `hp`.
        serial_format: the format of files: auto, yaml, json or pickle.
        show_defaults: whether help shows the defaults.
        strict: whether an unknown name in a loaded file is an error.
        trust_pickle: whether a loaded pickle may run code.

    Raises:
        OptionConflictError: an option is there already.
        ValueError: an action or a format is not known.

    >>> from hpman import HyperParameterManager
    >>> _ = HyperParameterManager("_").parse_source('_("lr", 1e-3)')
    >>> parser = argparse.ArgumentParser()
    >>> bind(parser, _)
    >>> parser.parse_args(["--lr", "0.1"]).lr, _("lr")
    (0.1, 0.1)
    """
    binding = Binding(
        manager,
        serial_format=_known_format(serial_format),
        strict=strict,
        trust_pickle=trust_pickle,
    )
    taken = _Taken(parser)
    _add_options(parser, binding, taken, show_defaults=show_defaults)
    for name in _wanted(inject_actions):
        option = taken.spell(f"{action_prefix}-{name}" if action_prefix else name)
        injected = RequestAction(binding, option, name)
        taken.demand(injected)
        parser._optionals._add_action(injected)
    _add_shorthands(binding, taken)
    attach(parser, binding)


def _add_options(
    parser: argparse.ArgumentParser, binding: Binding, taken: _Taken, *, show_defaults: bool
) -> None:
    """Add the option of each hyperparameter."""
    manager = binding.manager
    values = manager.get_values()
    for each in manager.hyperparameters():
        if not each.name.strip("-_"):
            continue  # nothing to spell: `--` ends the options of every parser
        option = taken.spell(each.name)
        action = HyperParameterAction(
            each, option, values.get(each.name), binding.typed, show_default=show_defaults
        )
        taken.demand(action)
        _group_of(parser, action, manager.separator)._add_action(action)
        if each.name in parser._defaults:  # `set_defaults` came before
            action.default = parser._defaults[each.name]
        binding.options[each.name] = action


def _add_shorthands(binding: Binding, taken: _Taken) -> None:
    """Note the other spellings: underscores, `--no-flag`, and single keys of a dict."""
    separator = binding.manager.separator
    for name, action in binding.options.items():
        if "_" in name:
            binding.aliases.setdefault(f"{taken.dashes}{name}", action)
        if action.converter.is_flag:
            option = taken.spell(f"no-{name}")
            binding.aliases.setdefault(option, NegatedAction(action, option))
        default = action.hyperparameter.value
        if type(default) is dict:
            for key in default:
                if isinstance(key, str):
                    below = f"{name}{separator}{key}"
                    option = taken.spell(below)
                    binding.aliases.setdefault(option, KeyAction(action, key, below, option))


class _Taken:
    """Know how a parser spells options, and which options and destinations it has."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        characters = parser.prefix_chars
        self.dashes = ("-" if "-" in characters else characters[0]) * 2
        self._options = parser._option_string_actions
        self._dests = {action.dest: action for action in parser._actions}

    def spell(self, name: str) -> str:
        """Return the option of a name: `weight_decay` is `--weight-decay`."""
        return f"{self.dashes}{name.replace('_', '-')}"

    def demand(self, action: BoundAction) -> None:
        """Take the option and the destination of an action; refuse them if they are taken."""
        option = action.option_strings[0]
        what = f"the option {option}"
        there = self._options.get(option)
        if there is None:
            there = self._dests.get(action.dest)
            what = f"`{action.dest}` of the namespace"
        if there is not None:
            message = f"{_whose(there)} and {_whose(action)} both make {what}."
            raise OptionConflictError(
                Diagnostic(
                    "HPM204",
                    f"{message[0].upper()}{message[1:]}",
                    "Rename one of the two.",
                    name=getattr(action, "name", None),
                )
            )
        self._dests[action.dest] = action


def _known_format(serial_format: str) -> str:
    """Refuse a format that no file can have."""
    if serial_format not in FORMATS:
        raise ValueError(f"serial_format={serial_format!r} is none of {', '.join(FORMATS)}")
    return serial_format


def _wanted(inject_actions: bool | Iterable[str]) -> list[str]:  # noqa: FBT001 - the public contract
    """Return the names of the actions to add, in the order in which help shows them."""
    if isinstance(inject_actions, bool):
        return list(ACTIONS) if inject_actions else []
    names = [inject_actions] if isinstance(inject_actions, str) else list(inject_actions)
    wanted = {name.replace("-", "_") for name in names}
    if unknown := wanted - ACTIONS.keys():
        raise ValueError(
            f"inject_actions names {', '.join(map(repr, sorted(unknown)))}; "
            f"there are {', '.join(ACTIONS)}"
        )
    return [name for name in ACTIONS if name in wanted]


def _group_of(
    parser: argparse.ArgumentParser, action: HyperParameterAction, separator: str
) -> argparse._ActionsContainer:
    """Return the group of an option: by its hint, else by the branch of its name."""
    title = action.hyperparameter.hints.get("group")
    if title is None:
        branch, nested, _leaf = action.name.rpartition(separator)
        title = branch if nested and branch else None
    if title is None:
        return parser._optionals
    for group in parser._action_groups:
        if group.title == title:
            return group
    return parser.add_argument_group(str(title))


def _whose(action: argparse.Action) -> str:
    """Say where an option comes from."""
    if isinstance(action, HyperParameterAction):
        place = f" ({from_here(action.place)})" if action.place else ""
        return f"the hyperparameter `{action.name}`{place}"
    if isinstance(action, BoundAction):
        return f"the action {action.option_strings[0]}"
    words = "/".join(action.option_strings) or action.dest
    return f"the argument {words} of the parser"
