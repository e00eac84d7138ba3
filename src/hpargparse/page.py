"""How the options of a manager look in help and in usage.

Owns the text of each, and how it fits what argparse makes of a page; knows
neither how words are read nor when values are set.
"""

from __future__ import annotations

import argparse

from hpman import EMPTY, NotLiteralEvaluable, from_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .options import BoundAction, HyperParameterAction

_BRACKETS = "[]()"  # what argparse tells the parts of usage by
_SHOWN_LENGTH = 100  # of a default

# What help says of each request.
REQUESTED = {
    "save": "write all values to this file, once every other option is taken into account",
    "load": "read values from this file first; options of the command line win over it, "
    "and later files over earlier ones",
    "list": "print all values and exit: as yaml if nothing else is asked for, as json, with "
    "every place in the sources (detail), or with what set them (origin)",
    "detail": "the same as to list in detail",
    "serial_format": "the format of files; auto goes by their extension (default: auto)",
    "strict": "refuse files with unknown names",
    "exit": "do all of this, and exit",
}


def presented(action: BoundAction, *, with_help: bool) -> argparse.Action:
    """Return an action in place of one of ours whose texts fit a page.

    argparse fills usage in and tells its parts by blanks and brackets; its
    `required` is no use to us, since a file may give the value too; and it
    asks for the help of an option seven times. MetavarTypeHelpFormatter needs
    a type, even where it shows the metavar.
    """
    shown = _on_a_line if with_help else _in_usage
    return argparse.Action(
        [shown(action.option_strings[0])],
        action.dest,
        action.nargs,
        default=action.default if action.shows_default else argparse.SUPPRESS,
        type=str,
        required=action.is_required,
        help=action.help if with_help else "",
        metavar=shown(_metavar(action)),
    )


def _metavar(action: BoundAction) -> str:
    """Return what stands for the word behind an option."""
    if action.metavar is not None:
        return str(action.metavar)
    if action.choices is not None:
        return f"{{{','.join(action.choices)}}}"
    if action.kind is bool:
        return "{true,false}"
    return action.dest.upper()


def _on_a_line(text: str) -> str:
    r"""Escape what would break a line.

    >>> _on_a_line("--a\tb")
    '--a\\tb'
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _in_usage(text: str) -> str:
    r"""Escape what argparse would break usage at.

    >>> _in_usage("--f[x]"), _in_usage("--a  b")
    ('--f\\x5bx\\x5d', '--a\\x20\\x20b')
    """
    shown = _on_a_line(text)
    has_brackets = any(each in shown for each in _BRACKETS)
    if has_brackets or shown != " ".join(shown.split()):
        shown = shown.replace(" ", "\\x20")
    if has_brackets and not (shown[0] == "{" and shown[-1] == "}"):
        for bracket in _BRACKETS:
            shown = shown.replace(bracket, f"\\x{ord(bracket):x}")
    return shown


def about(action: HyperParameterAction) -> str:
    """Return the help of an option: its hint `help`, then type, range, default and place."""
    known = action.hyperparameter
    facts = [_type_text(action)]
    limits = action.converter.range
    if limits is not None:
        facts.append(_limits_text(*limits))
    if action.binding.show_defaults:
        facts.append(_default_text(action))
    if known.occurrences:
        first = known.definition or known.occurrences[0]
        used = "" if known.definition else "used at "
        facts.append(f"{used}{from_here(first.path)}:{first.line}")
    says = known.hints.get("help")
    text = f"({', '.join(facts)})" if not says else f"{says} ({', '.join(facts)})"
    # The empty `%(default).0s` keeps ArgumentDefaultsHelpFormatter from adding another default.
    return text.replace("%", "%%") + "%(default).0s"


def _limits_text(lowest: object, highest: object) -> str:
    """Show a range.

    >>> _limits_text(0, 1), _limits_text(0, None)
    ('0 to 1', 'at least 0')
    """
    if lowest is None or highest is None:
        return f"at most {highest}" if lowest is None else f"at least {lowest}"
    return f"{lowest} to {highest}"


def _type_text(action: HyperParameterAction) -> str:
    """Name the type."""
    converter = action.converter
    name = converter.type_name
    if name in ("any", "NoneType"):
        return "any literal or text"
    return f"{name} or None" if converter.is_optional else name


def _default_text(action: HyperParameterAction) -> str:
    """Show the default, shortened where it is long."""
    default = action.default
    if default is None and action.hyperparameter.value is EMPTY:
        return "required" if action.is_required else "no default"
    if isinstance(default, NotLiteralEvaluable):
        shown = default.expression
    else:
        shown = action.converter.format(default) or repr(default)
    shown = " ".join(shown.split())
    if len(shown) > _SHOWN_LENGTH:
        shown = f"{shown[: _SHOWN_LENGTH - 3]}..."
    return f"{'required, ' if action.is_required else ''}default: {shown}"
