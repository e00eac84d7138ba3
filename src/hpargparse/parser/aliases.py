"""Other options for a hyperparameter: `--no-flag`, and single keys as `--opt.lr`.

Owns which there are and what they set; help does not show them. Knows neither
files nor when values are set.
"""

from __future__ import annotations

import argparse
from functools import cached_property

from ..values.keys import key_change, key_paths
from .actions import SEQUENCES, BoundAction, HyperParameterAction, ValueAction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from ..values.convert import Converter
    from .actions import Taker


def shorthands(
    action: HyperParameterAction, spell: Callable[[str], str], separator: str
) -> Iterator[tuple[str, BoundAction]]:
    """Make the other options of a flag, or of a dict.

    Args:
        action: the option of the hyperparameter.
        spell: makes an option of a name.
        separator: what stands between the parts of a name.

    Returns:
        Each spelling with its action.
    """
    dashes = spell("")
    heads = dict.fromkeys((spell(action.name)[len(dashes) :], action.name))
    others: list[tuple[str, str, KeyAction | NegatedAction]] = []  # around the name
    flags: list[tuple[str, HyperParameterAction | KeyAction]] = []
    if action.kind is bool:
        flags.append(("", action))
    default = action.hyperparameter.value
    if type(default) is dict:
        for key, path in key_paths(default, separator).items():
            each = KeyAction(action, path, f"{action.name}{separator}{key}", spell, separator)
            others.append((dashes, f"{separator}{key}", each))
            if each.kind is bool:
                flags.append((f"{separator}{key}", each))
            elif each.kind in SEQUENCES:
                action.binding.sequences.append(each)
    for key, flag in flags:
        negated = NegatedAction(flag, spell(f"no-{flag.name}"))
        others += ((f"{dashes}no-", key, negated), (f"{dashes}no_", key, negated))
    # The keys `a_b` and `a-b` are two: who writes a key as it is gets that one.
    exact = {f"{lead}{head}{key}" for lead, key, _other in others for head in heads}
    for lead, key, other in others:
        for head in heads:
            spelled = f"{lead}{head}{spell(key)[len(dashes) :]}"
            if spelled not in exact:
                yield spelled, other
            yield f"{lead}{head}{key}", other


class _Fixed(list[str]):
    """Hold the spellings of an action that stands in no group.

    Where `conflict_handler="resolve"` gives one of them to a later option, argparse
    takes it from the list, and an action without any from its group.
    """

    def remove(self, spelling: str) -> None:
        """Keep it: the parser has forgotten it already."""


class NegatedAction(ValueAction):
    """Be `--no-flag` beside `--flag`."""

    option_strings: Sequence[str]

    def __init__(self, flag: HyperParameterAction | KeyAction, option: str) -> None:
        """Take no words."""
        super().__init__(
            [option], flag.dest, nargs=0, default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )
        self._flag = flag
        self.binding: Taker = flag.binding
        self.option_strings = _Fixed(self.option_strings)

    @property
    def owner(self) -> HyperParameterAction:
        """The option of the hyperparameter."""
        return self._flag.owner

    @property
    def converter(self) -> Converter:
        """What tells whether the flag may be off."""
        return self._flag.converter

    def read(self, _words: object) -> object:
        """Return the value of a flag that is off."""
        return self.converter.check(False)

    def take(self, namespace: argparse.Namespace, value: object, option: str) -> None:
        """Note the value as the flag does."""
        self._flag.take(namespace, value, option)


class KeyAction(ValueAction):
    """Set one key of a hyperparameter whose default is a dict: `--opt.lr 1`."""

    option_strings: Sequence[str]

    def __init__(
        self,
        whole: HyperParameterAction,
        path: tuple[object, ...],
        name: str,
        spell: Callable[[str], str],
        separator: str,
    ) -> None:
        """Leave the namespace alone: it holds the whole dict."""
        self._whole = whole
        self._path = path
        self._separator = separator
        self.binding: Taker = whole.binding
        self.name: str = name
        self.kind: type[Any] | None = type(self.converter.sample)
        words = "?" if self.kind is bool else None
        super().__init__([spell(name)], argparse.SUPPRESS, nargs=words, help=argparse.SUPPRESS)
        self.option_strings = _Fixed(self.option_strings)

    @property
    def owner(self) -> HyperParameterAction:
        """The option of the hyperparameter."""
        return self._whole

    @cached_property
    def converter(self) -> Converter:
        """What reads values of the key."""
        return self._whole.converter.key_converter(self._path)

    def take(self, _namespace: argparse.Namespace, value: object, option: str) -> None:
        """Note the value of the key."""
        changed = key_change(self._whole.name, self._path, value, self._separator)
        self.binding.typed(self.name, changed, option)
