"""Other options for a hyperparameter: `--no-flag`, and single keys as `--opt.lr`.

Owns which there are and what they set; help does not show them. Knows neither
files nor when values are set.
"""

from __future__ import annotations

import argparse

from .options import BoundAction, HyperParameterAction, is_read, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any


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
    name = action.name
    if action.kind is bool:
        negated = NegatedAction(action, spell(f"no-{name}"))
        for option in dict.fromkeys(
            (spell(f"no-{name}"), f"{dashes}no-{name}", f"{dashes}no_{name}")
        ):
            yield option, negated
    default = action.hyperparameter.value
    if type(default) is dict:
        exact = {
            f"{dashes}{each.name}": each for each in _keys(action, spell, separator, (), default)
        }
        yield from exact.items()
        # The keys `a_b` and `a-b` are two: who writes a key as it is gets that one.
        for each in exact.values():
            if spell(each.name) not in exact:
                yield spell(each.name), each


def _keys(
    action: HyperParameterAction,
    spell: Callable[[str], str],
    separator: str,
    above: tuple[str, ...],
    default: dict[object, object],
) -> Iterator[KeyAction]:
    """Make the options of the keys of a dict, and of the dicts in it."""
    for key, value in default.items():
        if not isinstance(key, str) or separator in key:
            continue  # `set_value` could not address it
        path = (*above, key)
        name = separator.join((action.name, *path))
        yield KeyAction(action, path, name, spell(name))
        if type(value) is dict:
            yield from _keys(action, spell, separator, path, value)


class _Fixed(list[str]):
    """Hold the spellings of an action that stands in no group.

    Where `conflict_handler="resolve"` gives one of them to a later option, argparse
    takes it from the list, and an action without any from its group.
    """

    def remove(self, spelling: str) -> None:
        """Keep it: the parser has forgotten it already."""


class NegatedAction(BoundAction):
    """Be `--no-flag` beside `--flag`."""

    option_strings: Sequence[str]

    def __init__(self, flag: HyperParameterAction, option: str) -> None:
        """Take no words."""
        super().__init__(
            [option], flag.dest, nargs=0, default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )
        self._flag = flag
        self.binding = flag.binding
        self.option_strings = _Fixed(self.option_strings)

    @property
    def owner(self) -> HyperParameterAction:
        """The option of the hyperparameter."""
        return self._flag

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - the signature is argparse's
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,  # noqa: ARG002
        option_string: str | None = None,
    ) -> None:
        """Turn the flag off."""
        try:
            value = self._flag.converter.check(False)
        except ValueError as error:
            raise argparse.ArgumentError(self, str(error)) from None
        show(namespace, self.dest, value)
        self.binding.typed(self._flag.name, value, self.spelled(option_string))


class KeyAction(BoundAction):
    """Set one key of a hyperparameter whose default is a dict: `--opt.lr 1`."""

    option_strings: Sequence[str]

    def __init__(
        self, whole: HyperParameterAction, path: tuple[str, ...], name: str, option: str
    ) -> None:
        """Leave the namespace alone: it holds the whole dict."""
        self._whole = whole
        self.binding = whole.binding
        self.name = name
        self._converter = whole.converter.key_converter(path)
        words = "?" if self._converter.is_flag else None
        super().__init__([option], argparse.SUPPRESS, nargs=words, help=argparse.SUPPRESS)
        self.option_strings = _Fixed(self.option_strings)

    @property
    def owner(self) -> HyperParameterAction:
        """The option of the hyperparameter."""
        return self._whole

    def accepts(self, word: str) -> bool:
        """Tell whether a word is a value of the key."""
        return is_read(self._converter, word)

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - the signature is argparse's
        namespace: argparse.Namespace,  # noqa: ARG002
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Turn the word into the value of the key."""
        try:
            value = True if values is None else self._converter.parse(str(values))
        except ValueError as error:
            raise argparse.ArgumentError(self, str(error)) from None
        self.binding.typed(self.name, value, self.spelled(option_string))
