"""Aliases of options, which help does not list: `--no-flag`, and single keys as `--opt.lr`.

Owns which there are and what they set. Must not know files or when values are set.
"""

from __future__ import annotations

import argparse
from functools import cached_property

from ..values.keys import key_change, key_paths
from .actions import SEQUENCES, BoundAction, HyperParameterAction, ValueAction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..values.convert import Converter


def aliases_of(
    action: HyperParameterAction, dashes: str, separator: str
) -> Iterator[tuple[str, BoundAction]]:
    """Make the aliases of a flag, or of the keys of a dict.

    Args:
        action: the option of the hyperparameter.
        dashes: the beginning of a long option.
        separator: what stands between the parts of a name.

    Yields:
        Each spelling with its action.
    """
    aliases: list[tuple[str, str, BoundAction]] = []  # what stands before and after the name
    flags: list[tuple[str, HyperParameterAction | KeyAction]] = []
    if action.kind is bool:
        flags.append(("", action))
    default = action.hyperparameter.value
    if type(default) is dict:
        for key, path in key_paths(default, separator).items():
            tail = f"{separator}{key}"
            key_action = KeyAction(action, path, tail, dashes, separator)
            aliases.append((dashes, tail, key_action))
            if key_action.kind is bool:
                flags.append((tail, key_action))
            elif key_action.kind in SEQUENCES:
                action.binding.sequences.append(key_action)
    for tail, flag in flags:
        negated = NegatedAction(flag, dashes)
        aliases += ((f"{dashes}no-", tail, negated), (f"{dashes}no_", tail, negated))
    heads = dict.fromkeys((action.name.replace("_", "-"), action.name))
    # The keys `a_b` and `a-b` are two. Whoever types a key as it is gets that one.
    exact = {f"{lead}{head}{tail}" for lead, tail, _alias in aliases for head in heads}
    for lead, tail, alias in aliases:
        for head in heads:
            spelling = f"{lead}{head}{tail.replace('_', '-')}"
            if spelling not in exact:
                yield spelling, alias
            yield f"{lead}{head}{tail}", alias


class _Alias(ValueAction):
    """An action that the parser finds by its options, but that is in no group."""

    default = argparse.SUPPRESS
    help = argparse.SUPPRESS

    def __init__(self, target: HyperParameterAction | KeyAction, option: str) -> None:
        self.binding = target.binding
        self.dest = target.dest
        self.option_strings = _FixedSpellings((option,))


class _FixedSpellings(list[str]):
    """The spellings of an alias.

    With `conflict_handler="resolve"`, argparse would remove an action without
    any from its group, and an alias has none.
    """

    def remove(self, spelling: str) -> None:
        """Keep the spelling: the parser no longer finds the action by it."""


class NegatedAction(_Alias):
    """`--no-flag` for `--flag`."""

    nargs = 0

    def __init__(self, flag: HyperParameterAction | KeyAction, dashes: str) -> None:
        """Spell the option."""
        super().__init__(flag, f"{dashes}no-{flag.name.replace('_', '-')}")
        self._flag = flag

    @property
    def owner(self) -> BoundAction:
        """The option of the hyperparameter."""
        return self._flag.owner

    @property
    def converter(self) -> Converter:
        """The converter of the flag."""
        return self._flag.converter

    def read(self, _words: object) -> object:
        """Return False if the flag takes it."""
        return self.converter.check(False)

    def take(self, namespace: argparse.Namespace, value: object, option: str) -> None:
        """Record the value as the flag does."""
        self._flag.take(namespace, value, option)


class KeyAction(_Alias):
    """One key of a hyperparameter whose default is a dict: `--opt.lr 1`."""

    def __init__(
        self,
        whole: HyperParameterAction,
        path: tuple[object, ...],
        tail: str,
        dashes: str,
        separator: str,
    ) -> None:
        """Spell the option, and read the type from the default."""
        self.name: str = f"{whole.name}{tail}"
        super().__init__(whole, dashes + self.name.replace("_", "-"))
        self.dest = argparse.SUPPRESS  # the namespace holds the dict
        self._whole = whole
        self._path = path
        self._separator = separator
        self.kind = type(self.converter.sample)
        self.nargs = "?" if self.kind is bool else None

    @property
    def owner(self) -> BoundAction:
        """The option of the hyperparameter."""
        return self._whole

    @cached_property
    def converter(self) -> Converter:
        """The converter of the key."""
        return self._whole.converter.key_converter(self._path)

    def take(self, _namespace: argparse.Namespace, value: object, option: str) -> None:
        """Record the value of the key."""
        changed = key_change(self._whole.name, self._path, value, self._separator)
        self.binding.record(self.name, changed, option)
