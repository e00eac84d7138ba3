"""Options for a scope, such as `--encoder/depth 6`.

Owns which arguments are such options. They are made when they are typed, because every
hyperparameter may be set for every scope. Must not know how a scope takes effect.
"""

from __future__ import annotations

import argparse

from hpman.names import SCOPE
from hpman.suggest import closest

from ..values.keys import KeyChange
from .actions import ValueAction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..values.convert import Converter
    from .parser_class import Binding


class ScopedAction(ValueAction):
    """The option of a hyperparameter, or of a key in one, for one scope.

    Args:
        plain: the option without the scope.
        scope: the scope, with those around it.
        option: the option as it is typed.
    """

    help: str | None = argparse.SUPPRESS

    def __init__(self, plain: ValueAction, scope: str, option: str) -> None:
        self.binding = plain.binding
        self.kind = plain.kind
        self.nargs: int | str | None = plain.nargs
        self.alone = plain.alone
        self.option_strings: Sequence[str] = [option]
        self.dest: str = f"{scope}{SCOPE}{plain.owner.dest}"
        self.default: object = argparse.SUPPRESS
        self._plain = plain
        self._scope = scope

    @property
    def converter(self) -> Converter:
        """The converter of the hyperparameter or the key."""
        return self._plain.converter

    def read(self, arguments: str | Sequence[object] | None) -> object:
        """Read the arguments as the option without the scope does."""
        return self._plain.read(arguments)

    def named(self, value: object) -> tuple[str, object]:
        """Return the name and the value to set for the scope."""
        name, value = self._plain.named(value)
        if isinstance(value, KeyChange):
            value = value.replace(owner=f"{self._scope}{SCOPE}{value.owner}")
        return f"{self._scope}{SCOPE}{name}", value


def scoped_actions(
    parser: argparse.ArgumentParser, bindings: Iterable[Binding], argv: Iterable[str]
) -> Iterator[tuple[str, ScopedAction]]:
    """Yield the options for scopes in a command line, with their actions."""
    for arg in argv:
        if arg == "--":
            return
        option = arg.partition("=")[0]
        if SCOPE in option and option[:1] in parser.prefix_chars:
            for binding in bindings:
                action = _action(parser, binding, option)
                if action is not None:
                    yield option, action


def _action(parser: argparse.ArgumentParser, binding: Binding, option: str) -> ScopedAction | None:
    name = option.lstrip(parser.prefix_chars)
    dashes = option[: len(option) - len(name)]
    known = parser._option_string_actions
    if option in known or SCOPE in binding.manager.separator:
        return None
    for no in ("", "no-"):  # `--no-encoder/flag` is `--encoder/no-flag`
        scope, _, plain = name.removeprefix(no).rpartition(SCOPE)
        path = find_scope(binding, scope)
        action = known.get(f"{dashes}{no}{plain}")
        if path and isinstance(action, ValueAction) and action.binding is binding:
            return ScopedAction(action, path, option)
    return None


def find_scope(binding: Binding, scope: str) -> str | None:
    """Return the scope that is typed with dashes or underscores, None if no source opens it."""
    names = binding.manager.scopes()
    if names is None:
        return scope
    spelled = {name.replace("_", "-"): name for name in sorted(names)} | {n: n for n in names}
    parts = [spelled.get(part, spelled.get(part.replace("_", "-"))) for part in scope.split(SCOPE)]
    return None if None in parts else SCOPE.join(part for part in parts if part is not None)


def suggestion(option: str, parser: argparse.ArgumentParser) -> str:
    """Return what to write instead of an unknown option with a slash; empty if nothing is near."""
    name = option.lstrip(parser.prefix_chars)
    dashes = option[: len(option) - len(name)]
    scope, _, plain = name.rpartition(SCOPE)
    known = {
        spelling.lstrip(parser.prefix_chars): action
        for spelling, action in parser._option_string_actions.items()
        if isinstance(action, ValueAction)
    }
    options = [plain] if plain in known else closest(plain, sorted(known))
    if not options:
        return ""
    binding = known[options[0]].binding
    parts, scopes = scope.split(SCOPE), binding.manager.scopes()
    if scopes is not None:
        for number, part in enumerate(parts):
            if find_scope(binding, part) is None:
                near = closest(part, sorted(scopes))
                if not near:
                    names = f"; its scopes are {', '.join(sorted(scopes))}" if scopes else ""
                    return f"no source opens the scope {part}{names}"
                parts[number] = near[0]
    return f"did you mean {dashes}{SCOPE.join((*parts, options[0]))}?"
