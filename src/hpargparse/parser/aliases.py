"""Aliases of options, which help does not list: `--no-flag`, keys such as `--opt.lr`, old names.

Owns which aliases an option has and what they set. Must not know files, or when values
are set.
"""

from __future__ import annotations

import argparse
from functools import cached_property

from hpman.names import old_names

from .actions import SEQUENCES, BoundAction, HyperParameterAction, ValueAction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..values.convert import Converter
    from .actions import Kind
    from .session import ManagerOptions


def old_aliases(
    binding: ManagerOptions, others: Iterable[tuple[str, BoundAction]], dashes: str
) -> Iterator[tuple[str, BoundAction]]:
    """Yield what the hint `aliases` adds to options and other aliases."""
    known = {dashes + name.replace("_", "-") for name in binding.options}
    known.update(option for option, _action in others)
    for action in binding.options.values():
        for old in old_names(action.hyperparameter.hints):
            spellings = dict.fromkeys((old.replace("_", "-"), old))
            aliases = [(dashes + spelling, action) for spelling in spellings]
            for option, alias in (*aliases, *aliases_of(action, dashes, old)):
                if option not in known:
                    binding.old_options.add(option)
                yield option, alias


def aliases_of(
    action: HyperParameterAction, dashes: str, head: str = ""
) -> Iterator[tuple[str, BoundAction]]:
    """Yield the aliases of a flag, or of the keys of a dict: each spelling with its action."""
    aliases: list[tuple[str, str, BoundAction]] = []  # the texts before and after the name
    flags: list[tuple[str, HyperParameterAction | KeyAction]] = []
    if action.kind is bool:
        flags.append(("", action))
    separator = action.binding.manager.separator
    default = action.hyperparameter.value
    if type(default) is dict:
        from ..values.keys import key_paths

        for key, path in key_paths(default, separator).items():
            tail = f"{separator}{key}"
            name = f"{action.name}{tail}"
            key_action = KeyAction(action, path, name, dashes + name.replace("_", "-"))
            aliases.append((dashes, tail, key_action))
            if key_action.kind is bool:
                flags.append((tail, key_action))
            elif key_action.kind in SEQUENCES:
                action.binding.sequences.append(key_action)
    for tail, flag in flags:
        negated = NegatedAction(flag, f"{dashes}no-{flag.name.replace('_', '-')}")
        aliases += ((f"{dashes}no-", tail, negated), (f"{dashes}no_", tail, negated))
    head = head or action.name
    heads = dict.fromkeys((head.replace("_", "-"), head))
    # The keys `a_b` and `a-b` differ. A key that is typed exactly takes precedence.
    exact = {f"{lead}{head}{tail}" for lead, tail, _alias in aliases for head in heads}
    for lead, tail, alias in aliases:
        for head in heads:
            spelling = f"{lead}{head}{tail.replace('_', '-')}"
            if spelling not in exact:
                yield spelling, alias
            yield f"{lead}{head}{tail}", alias


class _Alias(ValueAction):
    """An action that the parser finds by its options, but that is in no group."""

    default: Any = argparse.SUPPRESS
    help: str | None = argparse.SUPPRESS

    def __init__(self, target: HyperParameterAction | KeyAction, option: str) -> None:
        self.binding: ManagerOptions = target.binding
        self.dest: str = target.dest
        self._target = target
        self._option = option

    @property
    def owner(self) -> BoundAction:
        """The option of the hyperparameter."""
        return self._target.owner

    @property
    def option_strings(self) -> list[str]:  # type: ignore[override]
        # With `conflict_handler="resolve"`, argparse removes options from this list, and then
        # the action from its group if the list is empty. An alias is in no group, so it
        # returns a copy, which never gets empty.
        return [self._option]


class NegatedAction(_Alias):
    """`--no-flag` for `--flag`."""

    nargs: int | str | None = 0

    def read_arguments(self, _arguments: object) -> object:
        """Return False if the flag takes it."""
        return self._target.read_arguments("false")

    def named(self, value: object) -> tuple[str, object]:
        """Return the name and the value to set, as the flag does."""
        return self._target.named(value)

    def take(self, namespace: argparse.Namespace, value: object, option: str) -> None:
        """Record the value as the flag does."""
        self._target.take(namespace, value, option)


class KeyAction(_Alias):
    """One key of a hyperparameter whose default is a dict: `--opt.lr 1`."""

    def __init__(
        self, whole: HyperParameterAction, path: tuple[object, ...], name: str, option: str
    ) -> None:
        super().__init__(whole, option)
        self.name: str = name
        self.dest: str = argparse.SUPPRESS  # the namespace only contains the dict
        self._path = path
        self.kind: Kind | None = type(self.converter.sample)
        self.nargs: int | str | None = "?" if self.kind is bool else None

    @cached_property
    def converter(self) -> Converter:
        """The converter of the key."""
        return self._target.converter.key_converter(self._path)

    def named(self, value: object) -> tuple[str, object]:
        """Return the name and the value to set for the value of the key."""
        from ..values.keys import key_change

        separator = self.binding.manager.separator
        return self.name, key_change(self._target.name, self._path, value, separator)
