"""How the options of a manager look in help and in usage.

Owns the text of each, and how it fits what argparse makes of a page; knows
neither how words are read nor when values are set.
"""

from __future__ import annotations

import argparse
import os
from functools import lru_cache

from hpman import EMPTY, EmptyValue, NotLiteralEvaluable
from hpman._text import display_path, escape, truncate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Protocol

    from hpman import HyperParameter

    from ..values.convert import Converter

    class Bound(Protocol):
        """An option of ours, as far as a page shows it."""

        option_strings: Sequence[str]
        dest: str
        nargs: int | str | None
        default: Any
        metavar: Any
        choices: Iterable[Any] | None
        kind: type[Any] | None
        is_required: bool
        shows_default: bool

        @property
        def help(self) -> str | None:
            """What stands beside it."""

    class Settings(Protocol):
        """What was agreed on for all options."""

        show_defaults: bool

    class OfHyperParameter(Protocol):
        """The option of a hyperparameter, as far as its help tells of it."""

        hyperparameter: HyperParameter
        default: Any
        kind: type[Any]
        is_required: bool

        @property
        def binding(self) -> Settings:
            """What was agreed on for all options."""

        @property
        def converter(self) -> Converter:
            """What shows its values."""


# What argparse tells the parts of usage by, and noncharacters that stand for it where it is
# part of a text: `escape` lets none of these pass.
_STAND_INS = str.maketrans("[]() ", "\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4")
# Stands for nothing: where the metavar is empty, a blank would be left, which is no part of usage.
_NOTHING = "\ufdd5"
_STOOD_FOR = {
    **{stand_in: character for character, stand_in in _STAND_INS.items()},
    ord(_NOTHING): None,
}
_SHOWN_LENGTH = 100  # of a default
_UNTYPED = (type(None), EmptyValue, NotLiteralEvaluable)
_SMALL = 1 << 60  # an int below it is no long one

# What help says of each request.
REQUESTED = {
    "save": "write all values to this file, once every other option is taken into account",
    "load": "read values from this file first; options of the command line win over it, "
    "and later files over earlier ones",
    "list": "print all values and exit: as yaml if nothing else is asked for, as json, with "
    "every place in the sources (detail), or with what set them (origin)",
    "detail": "the same as to list in detail",
    "serial_format": "the format of files to save, or to load where none is saved; auto goes by "
    "their extension (default: auto)",
    "strict": "refuse files with unknown names",
    "exit": "do all of this, and exit",
}


class Shown(argparse.Action):
    """Be an option as a page shows it; what all have in common is said by the class.

    MetavarTypeHelpFormatter needs a type, even where it shows the metavar.
    """

    const: Any = None
    type: Any = str
    choices: Iterable[Any] | None = None
    deprecated: bool = False
    option_strings: Sequence[str]
    dest: str
    nargs: int | str | None
    default: Any
    required: bool
    metavar: str | tuple[str, ...] | None
    help: str | None

    def __init__(  # not that of `Action`, which says once more what the class says
        self, action: Bound, option: str, metavar: str, text: str
    ) -> None:
        """Take what tells this one from others."""
        self.option_strings = [option]
        self.dest = action.dest
        self.nargs = None if _is_of_words(action) else action.nargs
        self.default = _spelled(action.default) if action.shows_default else argparse.SUPPRESS
        self.required = action.is_required
        self.metavar = metavar
        self.help = text

    def __call__(self, *_given: object) -> None:
        """Do nothing: a page runs no option."""


def presented(action: argparse.Action, *, with_help: bool) -> argparse.Action:
    """Return an action in place of one of ours whose texts fit a page.

    argparse fills usage in and tells its parts by blanks and brackets; its
    `required` is no use to us, since a file may give the value too; and it
    asks for the help of an option seven times.
    """
    if not hasattr(action, "binding"):
        return action
    ours: Bound = action  # type: ignore[assignment]
    shown = escape if with_help else _in_usage
    text = ours.help if with_help else ""
    return Shown(ours, shown(ours.option_strings[0]), shown(_metavar(ours)), text or "")


def _metavar(action: Bound) -> str:
    """Return what stands for the word behind an option."""
    if isinstance(action.metavar, (list, tuple)):
        return (" " if _is_of_words(action) else ",").join(map(str, action.metavar))
    if action.metavar is not None:
        return str(action.metavar)
    if action.choices is not None:
        return f"{{{','.join(action.choices)}}}"
    return "{true,false}" if action.kind is bool else action.dest.upper()


def _is_of_words(action: Bound) -> bool:
    """Tell whether the metavar names each of several words."""
    return action.nargs == "*" and isinstance(action.metavar, (list, tuple))


def wrapped(text: str, width: int) -> list[str]:
    """Wrap a text at its blanks, as `textwrap` does, which is slow to load and to run.

    Args:
        text: the text, on one line.
        width: how many characters a line may have.

    Returns:
        The lines; none where `textwrap` has to break a word, or to look closely.

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
    """Put stand-ins in the place of what argparse would break usage at."""
    return escape(text).translate(_STAND_INS) or _NOTHING


def without_stand_ins(page: str) -> str:
    r"""Put back what stand-ins stand for, once argparse is done with a page.

    >>> without_stand_ins("usage: p [--f\ufdd0x\ufdd1 N\ufdd4px]")
    'usage: p [--f[x] N px]'
    """
    return page.translate(_STOOD_FOR)


def about(action: OfHyperParameter) -> str:
    """Return the help of an option: its hint `help`, then type, range, default and place."""
    known = action.hyperparameter
    facts = [_type_text(action)]
    if "range" in known.hints and action.converter.range is not None:
        facts.append(_limits_text(*action.converter.range))
    if action.binding.show_defaults:
        facts.append(_default_text(action))
    if known.occurrences:
        first = known.definition or known.occurrences[0]
        used = "" if known.definition else "used at "
        facts.append(f"{used}{_shown_path(first.path, _here())}:{first.line}")
    says = known.hints.get("help")
    text = escape(f"({', '.join(facts)})")
    if says:
        text = f"{_harmless(str(says))} {text}"
    # The empty `%(default).0s` keeps ArgumentDefaultsHelpFormatter from adding another default.
    return text.replace("%", "%%") + "%(default).0s"


def _harmless(text: str) -> str:
    """Escape what commands a terminal; blanks and ends of lines are the formatter's."""
    if text.isprintable():
        return text
    return "".join(each if each.isspace() else escape(each) for each in text)


def _limits_text(lowest: object, highest: object) -> str:
    """Show a range.

    >>> _limits_text(0, 1), _limits_text(0, None)
    ('0 to 1', 'at least 0')
    """
    lowest, highest = _spelled(lowest), _spelled(highest)
    if lowest is None or highest is None:
        return f"at most {highest}" if lowest is None else f"at least {lowest}"
    return f"{lowest} to {highest}"


def _spelled(value: object) -> object:
    """Return what argparse can show: Python limits the digits of an int."""
    try:
        str(value)
    except ValueError:
        from hpman.literals import show_literal

        return truncate(show_literal(value), _SHOWN_LENGTH)
    return value


def _type_text(action: OfHyperParameter) -> str:
    """Name the type."""
    value, hints = action.hyperparameter.value, action.hyperparameter.hints
    name = action.kind.__name__
    if hints.get("type") is None and isinstance(value, _UNTYPED):
        return "any literal or text"
    is_optional = value is None or hints.get("optional")
    return f"{name} or None" if is_optional else name


def _default_text(action: OfHyperParameter) -> str:
    """Show the default, shortened where it is long."""
    default = action.default
    if default is None and action.hyperparameter.value is EMPTY:
        return "required" if action.is_required else "no default"
    if isinstance(default, NotLiteralEvaluable):
        shown = default.expression
    elif _is_as_it_is(default, action.kind):
        shown = str(default) or repr(default)
    else:
        shown = action.converter.format(default) or repr(default)
    shown = truncate(" ".join(shown.split()), _SHOWN_LENGTH)
    return f"{'required, ' if action.is_required else ''}default: {shown}"


def _is_as_it_is(default: object, kind: type) -> bool:
    """Tell whether `Converter.format` leaves it to Python how a default is spelled."""
    if type(default) is not kind:
        return False
    return kind is float or kind is str or (kind is int and -_SMALL < default < _SMALL)  # type: ignore[operator]


@lru_cache(maxsize=32)
def _shown_path(path: str, _here: str) -> str:
    """Show a path as seen from the current folder; thousands of options may stand in one file."""
    return display_path(path)


def _here() -> str:
    """Return the current folder."""
    try:
        return os.getcwd()
    except OSError:  # it was removed under us
        return ""
