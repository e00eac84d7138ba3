"""Options for a scope, such as `--encoder/depth 6`.

Owns which arguments are such options. They are made when they are typed, because every
hyperparameter may be set for every scope. Must not know how a scope takes effect.
"""

from __future__ import annotations

import argparse

from hpman.names import SCOPE, ancestors, closest, is_scope, literal_scopes, respell_scope

from ..values.keys import KeyChange
from .actions import ValueAction, bindings_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..values.convert import Converter
    from .actions import Kind
    from .session import ManagerOptions


class ScopedAction(ValueAction):
    """The option of a hyperparameter, or of a key in one, for one scope."""

    help: str | None = argparse.SUPPRESS

    def __init__(self, plain: ValueAction, scope: str, option: str) -> None:
        self.binding: ManagerOptions = plain.binding
        self.kind: Kind | None = plain.kind
        self.nargs: int | str | None = plain.nargs
        self.alone: str = plain.alone
        self.option_strings: Sequence[str] = [option]
        self.dest: str = f"{scope}{SCOPE}{plain.owner.dest}"
        self.default: object = argparse.SUPPRESS
        self._plain = plain
        self._scope = scope

    @property
    def converter(self) -> Converter:
        """The converter of the hyperparameter or the key."""
        return self._plain.converter

    def read_arguments(self, arguments: str | Sequence[object] | None) -> object:
        """Read the arguments as the option without the scope does."""
        return self._plain.read_arguments(arguments)

    def named(self, value: object) -> tuple[str, object]:
        """Return the name and the value to set for the scope."""
        name, value = self._plain.named(value)
        if isinstance(value, KeyChange):
            value = value.replace(owner=f"{self._scope}{SCOPE}{value.owner}")
        return f"{self._scope}{SCOPE}{name}", value


def scoped_actions(
    parser: argparse.ArgumentParser, bindings: Iterable[ManagerOptions], argv: Iterable[str]
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


def _action(
    parser: argparse.ArgumentParser, binding: ManagerOptions, option: str
) -> ScopedAction | None:
    dashes, name = _split_dashes(parser, option)
    known = parser._option_string_actions
    if option in known or SCOPE in binding.manager.separator:
        return None
    for no in ("no-", "") if name.startswith("no-") else ("",):
        typed = name.removeprefix(no)  # `--no-encoder/flag` is `--encoder/no-flag`
        for scope in ancestors(typed, SCOPE):  # a name may contain slashes itself
            path = find_scope(binding, scope)
            action = known.get(f"{dashes}{no}{typed[len(scope) + 1 :]}")
            if not isinstance(action, ValueAction) or action.binding is not binding:
                continue
            if path and (not no or action.nargs == 0):
                return ScopedAction(action, path, option)
    return None


def completions(
    parser: argparse.ArgumentParser, bindings: Iterable[ManagerOptions], word: str
) -> Iterator[argparse.Action]:
    """Yield stand-ins for what a word may become: `--encoder/`, and the options in a scope."""
    head = "".join(word.rpartition(SCOPE)[:2])
    for binding in bindings:
        actions = binding.options.values()
        options = [action.option_strings[0] for action in actions if action.option_strings]
        names = [option.lstrip(parser.prefix_chars) for option in options if head]
        names += [f"{scope}{SCOPE}" for scope in _literal_scopes(binding)]
        dashes = options[0][:2] if options else ""
        for name in names if options else ():
            option = f"{head or dashes}{name}"
            yield argparse.Action([option], option, help="")


def _split_dashes(parser: argparse.ArgumentParser, option: str) -> tuple[str, str]:
    name = option.lstrip(parser.prefix_chars)
    return option[: len(option) - len(name)], name


def find_scope(binding: ManagerOptions, scope: str) -> str | None:
    """Return the scope that is typed with dashes or underscores, None if no source opens it."""
    manager = binding.manager
    if not is_scope(scope, manager.separator):
        return None
    names = _literal_scopes(binding)
    spelled = {name.replace("_", "-"): name for name in names} | {n: n for n in names}
    parts = [spelled.get(part, spelled.get(part.replace("_", "-"))) for part in scope.split(SCOPE)]
    if None in parts and manager.scopes() is not None:
        return None
    return SCOPE.join(part or typed for part, typed in zip(parts, scope.split(SCOPE), strict=True))


def _literal_scopes(binding: ManagerOptions) -> list[str]:
    manager = binding.manager
    return literal_scopes((opening.name for opening in manager.openings()), manager.separator)


def respelled(option: str, parser: argparse.ArgumentParser) -> str:
    """Return what to write instead of an option without a slash; empty if it names no scope."""
    dashes, name = _split_dashes(parser, option)
    for binding in bindings_of(parser):
        options = {
            spelling.lstrip(parser.prefix_chars): None
            for action in binding.options.values()
            for spelling in action.option_strings
        }
        literal = _literal_scopes(binding)
        scopes = {*literal, *(scope.replace("_", "-") for scope in literal)}
        if name in scopes and options:
            return f"a scope needs a name in it, as in {dashes}{name}{SCOPE}{next(iter(options))}"
        for separator in (binding.manager.separator, "-"):
            typed = respell_scope(name, scopes, options.__contains__, separator)
            if typed:
                return f"did you mean {dashes}{typed}?"
    return ""


def suggestion(option: str, parser: argparse.ArgumentParser) -> str:
    """Return what to write instead of an unknown option with a slash; empty if nothing is near."""
    dashes, name = _split_dashes(parser, option)
    *parts, plain = name.split(SCOPE)
    parts = [part for part in parts if part]
    known = {
        spelling.lstrip(parser.prefix_chars): action
        for spelling, action in parser._option_string_actions.items()
        if isinstance(action, ValueAction)
    }
    options = [plain] if plain in known else closest(plain, sorted(known))
    if not options:
        return "" if plain else "write the name of a hyperparameter after the slash"
    binding = known[options[0]].binding
    scopes = binding.manager.scopes()
    for number, part in enumerate(parts):
        if find_scope(binding, part) is None:
            near = closest(part, sorted(scopes or ()))
            if not near:
                names = f"; the scopes are {', '.join(sorted(scopes))}" if scopes else ""
                return f"no source opens the scope {part}{names}"
            parts[number] = near[0]
    return f"did you mean {dashes}{SCOPE.join((*parts, options[0]))}?"
