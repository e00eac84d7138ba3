"""The look of our options in help and usage.

Owns their texts, and how argparse's formatters show them unchanged. Must not know
how arguments are read or when values are set.
"""

from __future__ import annotations

import argparse
from functools import lru_cache

from hpman import EMPTY, EmptyValue, NotLiteralEvaluable, kind_name, member_name
from hpman.names import SCOPE, literal_scopes
from hpman.text import display_path, escape, truncate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from .actions import BoundAction, HyperParameterAction
    from .session import ManagerOptions

# argparse splits usage at blanks and brackets. Inside our texts, noncharacters of Unicode stand
# for them. No text contains these, because `escape` escapes them.
_STAND_INS = str.maketrans("[]() ", "\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4")
_EMPTY = "\ufdd5"  # stands for an empty metavar; usage would lack a blank after one
_ORIGINALS = {
    **{stand_in: character for character, stand_in in _STAND_INS.items()},
    ord(_EMPTY): None,
}
# Comments and blank lines, then a string that is a statement of its own.
_DOCSTRING = (
    r"(?:\s|#[^\n]*\n)*([rRuU]?(?:"
    r'"{3}(?:[^\\]|\\.)*?"{3}|' + r"'{3}(?:[^\\]|\\.)*?'{3}|"
    r'"(?:[^"\\\n]|\\.)*"|' + r"'(?:[^'\\\n]|\\.)*'"
    r"))[ \t]*(?:[\n;#]|\Z)"
)
_COMPUTED = "names that the program computes"
_SHOWN_KEYS = 8
_SHOWN_LENGTH = 100  # of a default
_UNTYPED = (type(None), EmptyValue, NotLiteralEvaluable)
_shown_path = lru_cache(maxsize=32)(display_path)  # one file may define thousands of options


def prepare(formatter: argparse.HelpFormatter) -> argparse.HelpFormatter:
    """Set methods on a formatter of any class, so that it shows our options."""
    _shown_path.cache_clear()  # the program may have changed the current folder
    own_usage, own_argument = formatter.add_usage, formatter.add_argument
    own_help, own_lines = formatter.format_help, formatter._split_lines

    def add_usage(usage: Any, actions: Any, groups: Any, prefix: Any = None) -> None:
        shown = [_shown_action(action, in_usage=True) for action in actions]
        own_usage(usage, shown, groups, prefix)

    def add_argument(action: argparse.Action) -> None:
        own_argument(_shown_action(action, in_usage=False))

    def format_help() -> str:
        return without_stand_ins(own_help())

    def split_lines(text: str, width: int) -> list[str]:
        return wrapped(text, width) or own_lines(text, width)

    vars(formatter).update(add_usage=add_usage, add_argument=add_argument, format_help=format_help)
    if type(formatter)._split_lines is argparse.HelpFormatter._split_lines:
        vars(formatter)["_split_lines"] = split_lines
    return formatter


def docstring(path: str) -> str | None:
    """Return the docstring of a file as a description, None if there is none."""
    import re

    from hpman import NotLiteralError, parse_literal

    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            found = re.match(_DOCSTRING, file.read(), re.DOTALL)
        text = "" if found is None else str(parse_literal(found[1]))
    except (OSError, ValueError, NotLiteralError):
        return None
    first, _, rest = text.expandtabs().strip().partition("\n")
    if rest:
        from textwrap import dedent

        first = f"{first}\n{dedent(rest)}"
    shown = "\n".join(map(escape, first.split("\n")))
    return (shown.replace("%", "%%") if "%(prog)" in shown else shown) or None


class _Section:
    """What `format_help` sees of an argument group."""

    def __init__(
        self, title: str | None, actions: list[Any], description: str | None = None
    ) -> None:
        self.title = title
        self.description = description
        self._group_actions = actions


def sections(parser: argparse.ArgumentParser, bindings: Iterable[ManagerOptions]) -> list[_Section]:
    """Return the groups for help: own arguments, then hyperparameters, then requests.

    Without other groups, all of them stand below `options`.
    """
    own: list[_Section] = []
    named: list[_Section] = []
    for group in parser._action_groups:
        theirs = [action for action in group._group_actions if not hasattr(action, "binding")]
        ours: list[Any] = [action for action in group._group_actions if hasattr(action, "binding")]
        if group is parser._optionals:
            options = _Section(group.title, theirs, group.description)
            own.append(options)
            plain = [action for action in ours if action.kind is not None]
            requests = [action for action in ours if action.kind is None]
        elif theirs or not ours:
            own.append(_Section(group.title, theirs + ours, group.description))
        else:
            named.append(_Section(group.title, ours, group.description))
    standard = (parser._positionals.title, parser._optionals.title)
    if any(section._group_actions and section.title not in standard for section in own):
        named.insert(0, _Section("hyperparameters", plain))
    else:
        options._group_actions += plain
    scopes = _scopes(parser, bindings)
    if scopes is not None:
        named.append(scopes)
    if named:
        named.append(_Section("files and listings of hyperparameters", requests))
    else:
        options._group_actions += requests
    return [*own, *named]


def _scopes(parser: argparse.ArgumentParser, bindings: Iterable[ManagerOptions]) -> _Section | None:
    """Return the group that names the scopes, None if there are none."""
    for binding in bindings:
        scopes = binding.manager.scopes()
        option = next((action.option_strings[0] for action in binding.options.values()), None)
        if option is None or scopes == frozenset():
            continue
        from textwrap import wrap

        openings = (opening.name for opening in binding.manager.openings())
        names = literal_scopes(openings, binding.manager.separator)
        name = option.lstrip(parser.prefix_chars)
        dashes = option[: len(option) - len(name)]
        example = escape(f"{dashes}{[*names, 'NAME'][0]}{SCOPE}{name}")
        if scopes is None:
            names.append("and others that the program computes" if names else _COMPUTED)
        text = f"Set any of these for a part of the program, as in {example}: "
        lines = wrap(f"{text}{escape(', '.join(names))}", 76, break_on_hyphens=False)
        shown = "\n".join(lines)
        return _Section("scopes", [], shown.replace("%", "%%") if "%(prog)" in shown else shown)
    return None


class _ShownAction(argparse.Action):
    """A copy of one of our options with the attributes that a formatter reads.

    argparse reads the help of an option seven times, so this computes it once. The option
    itself cannot be `required` as this is, because a file can give the value.
    """

    const: Any = None
    type: Any = str  # MetavarTypeHelpFormatter needs one
    choices: Iterable[Any] | None = None
    deprecated: bool = False
    option_strings: Sequence[str]

    def __init__(self, action: BoundAction, option: str, metavar: str, text: str) -> None:
        self.option_strings = [option]
        self.dest = action.dest
        self.nargs = None if _has_metavar_per_argument(action) else action.nargs
        self.default = action.default if action.shows_default else argparse.SUPPRESS
        self.required = action.is_required
        self.metavar = metavar
        self.help = text


def _shown_action(action: argparse.Action, *, in_usage: bool) -> argparse.Action:
    """Return the action that a formatter shows instead of an action."""
    if not hasattr(action, "binding"):
        return action
    ours: BoundAction = action  # type: ignore[assignment]
    shown = _in_usage if in_usage else escape
    option, metavar = shown(ours.option_strings[0]), shown(_metavar(ours))
    if in_usage:
        return _ShownAction(ours, option, metavar, "")
    copy = _ShownAction(ours, option, metavar, ours.help or "")
    if ours.kind is bool:
        copy.nargs = 0  # the negation takes no argument, so the metavar is a part of the option
        copy.option_strings = [f"{option} [{metavar}]", f"{option[:2]}no-{option[2:]}"]
    elif getattr(ours, "negation", None):
        copy.option_strings = [option, f"{option[:2]}no-{option[2:]}"]
    return copy


def _metavar(action: BoundAction) -> str:
    """Return the text that stands for the arguments of an option."""
    if isinstance(action.metavar, (list, tuple)):
        return (" " if _has_metavar_per_argument(action) else ",").join(map(str, action.metavar))
    if action.metavar is not None:
        return str(action.metavar)
    if action.choices is not None:
        return f"{{{','.join(action.choices)}}}"
    return "{true,false}" if action.kind is bool else action.dest.upper()


def _has_metavar_per_argument(action: BoundAction) -> bool:
    return action.nargs == "*" and isinstance(action.metavar, (list, tuple))


def wrapped(text: str, width: int) -> list[str]:
    """Wrap a text at blanks like `textwrap`, which is slow to import and to run.

    Return no lines if a word is too long, so that `textwrap` has to break it.

    >>> wrapped("what number 3 does (float)", 20), wrapped("self-contained", 10)
    (['what number 3 does', '(float)'], [])
    """
    if not (text.isascii() and text.isprintable()):
        return []
    lines = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if len(longer) <= width:
            line = longer
        elif "-" in word or len(word) > width:
            return []
        else:
            lines.append(line)
            line = word
    return [*lines, line]


def _in_usage(text: str) -> str:
    return escape(text).translate(_STAND_INS) or _EMPTY


def without_stand_ins(page: str) -> str:
    """Replace stand-ins by the characters that they stand for."""
    return page.translate(_ORIGINALS)


def help_text(action: HyperParameterAction) -> str:
    """Return the help of an option: its hint `help`, then type, range, default and place."""
    hyperparameter = action.hyperparameter
    facts = [_type_text(action)]
    if type(hyperparameter.value) is dict and hyperparameter.value and action.option_strings:
        facts.append(_keys_text(action))
    limits = action.converter.range if "range" in hyperparameter.hints else None
    if limits is not None:
        facts.append(_range_text(*limits))
    if action.binding.show_defaults:
        facts.append(_default_text(action))
    if hyperparameter.occurrences:
        first = hyperparameter.definition or hyperparameter.occurrences[0]
        used = "" if hyperparameter.definition else "used at "
        facts.append(f"{used}{_shown_path(first.path)}{first.place[len(first.path) :]}")
    text = escape(f"({', '.join(facts)})")
    hint = hyperparameter.hints.get("help")
    if hint:
        # The formatter decides about blanks and line ends.
        parts = (part if part.isspace() else escape(part) for part in str(hint))
        text = f"{hint if str(hint).isprintable() else ''.join(parts)} {text}"
    # The empty `%(default).0s` keeps ArgumentDefaultsHelpFormatter from adding another default.
    return text.replace("%", "%%") + "%(default).0s"


def _keys_text(action: HyperParameterAction) -> str:
    from ..values.keys import key_paths

    separator = action.binding.manager.separator
    keys = [*key_paths(action.hyperparameter.value, separator)]
    option = action.option_strings[0]
    shown = [f"{option}{separator}{key.replace('_', '-')}" for key in keys[:_SHOWN_KEYS]]
    return f"keys: {' '.join(shown)}{' ...' if len(keys) > _SHOWN_KEYS else ''}"


def _range_text(lowest: object, highest: object) -> str:
    """Show a range."""
    if lowest is None or highest is None:
        return f"at most {highest}" if lowest is None else f"at least {lowest}"
    return f"{lowest} to {highest}"


def _type_text(action: HyperParameterAction) -> str:
    value, hints = action.hyperparameter.value, action.hyperparameter.hints
    is_member = member_name(value) is not None
    if hints.get("type") is None and isinstance(value, _UNTYPED) and not is_member:
        return "any literal or text"
    is_optional = value is None or hints.get("optional")
    name = "Enum" if is_member else kind_name(action.kind)
    if action.kind in (list, tuple, set) and hints.get("type") is None:
        from ..values.coercion import element_name

        name = element_name(value, name)
    return f"{name} or None" if is_optional else name


def _default_text(action: HyperParameterAction) -> str:
    default = action.default
    if default is None and action.hyperparameter.value is EMPTY:
        return "required" if action.is_required else "no default"
    if (member := member_name(default)) is not None:
        shown = member
    elif isinstance(default, NotLiteralEvaluable):
        shown = default.expression
    elif (expression := action.hyperparameter.expression_of(default)) is not None:
        shown = expression
    elif type(default) is action.kind and action.kind in (bool, float, int, str):
        shown = str(default)  # as `Converter.format`, which takes longer to load
    else:
        shown = action.converter.format(default)
    shown = truncate(" ".join((shown or repr(default)).split()), _SHOWN_LENGTH)
    return f"{'required, ' if action.is_required else ''}default: {shown}"
