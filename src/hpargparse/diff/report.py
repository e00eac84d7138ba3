"""Changes as text for a reader.

Owns symbols, columns and colours; knows not how changes are found.
"""

from __future__ import annotations

from hpman import EMPTY
from hpman._text import display_width, escape
from hpman.literals import show_literal

from .compare import KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .compare import Change, HintChange
    from .facts import Fact

SYMBOLS = {"added": "+", "removed": "-", "changed": "~", "moved": ">", "renamed": "="}
_COLOURS = {"added": "32", "removed": "31", "changed": "33", "moved": "36", "renamed": "35"}
_USUAL = "_"


def report(
    changes: Sequence[Change], old: str, new: str, *, width: int = 80, is_coloured: bool = False
) -> str:
    """Show changes, one a line, with the places on the right.

    Args:
        changes: the changes, sorted.
        old: what one side is called.
        new: what the other is called.
        width: the columns that there are.
        is_coloured: whether the text is for a terminal that shows colours.

    >>> print(report([], "HEAD~1", "HEAD"), end="")
    No hyperparameter differs between HEAD~1 and HEAD.
    """
    old, new = escape(old), escape(new)
    if not changes:
        return f"No hyperparameter differs between {old} and {new}.\n"
    rows = [_rows(each, width) for each in changes]
    column = _column([each[0] for each in rows], width)
    is_usual = all(each.fact.placeholder in ("", _USUAL) for each in changes)
    lines: list[str] = []
    manager = None
    for change, ((left, place), *below) in _by_manager(changes, rows):
        if not is_usual and change.fact.placeholder != manager:
            manager = change.fact.placeholder
            lines.append(f"hyperparameters of {escape(manager)}:")
        fits = column + display_width(place) <= width
        blanks = " " * max(column - display_width(left) if fits else 0, 2)
        shown = f"{left}{blanks}{place}".rstrip()
        lines.append(_painted(shown, left, change.kind) if is_coloured else shown)
        lines += [f"    {text}" for text, _place in below]
    counts = ((kind, sum(each.kind == kind for each in changes)) for kind in KINDS)
    summary = ", ".join(f"{count} {kind}" for kind, count in counts if count)
    return "\n".join([*lines, f"{summary} ({old} -> {new})", ""])


def _column(rows: Sequence[tuple[str, str]], width: int) -> int:
    """Return where places begin in most lines; one that has no room there follows its text."""
    fitting = [0] * (width + 1)
    for left, place in rows:
        for column in range(display_width(left) + 2, width - display_width(place) + 1):
            fitting[column] += 1
    return fitting.index(max(fitting))


def spelled(fact: Fact) -> str:
    """Return a default in one line, as it is written wherever that is one line."""
    if fact.value is EMPTY or fact.text is None:
        return "(no default)"
    if "\n" not in fact.text:
        return fact.text
    return show_literal(fact.value) if fact.is_literal else " ".join(fact.text.split())


def _rows(change: Change, width: int) -> list[tuple[str, str]]:
    """Return the line of a change, as text and place, then the lines below it."""
    symbol, name = SYMBOLS[change.kind], escape(change.fact.name)
    old, new = change.old, change.new
    if old is None or new is None:
        fact = change.fact
        default = "" if fact.text is None else f" = {escape(spelled(fact))}"
        rows = [(f"{symbol} {name}{default}", escape(str(fact.place)))]
        return [*rows, *_notes(change)]
    place = _places(change, old, new)
    if change.kind == "renamed":
        return [(f"{symbol} {escape(old.name)} -> {name} (likely renamed)", place)]
    if not change.default_differs:
        return [(f"{symbol} {name}", place), *map(_hint, change.hints)]
    before, after = escape(spelled(old)), escape(spelled(new))
    text = f"{symbol} {name}: {before} -> {after}"
    rows = [(text, place)]
    if len(text) > width:
        rows = [(f"{symbol} {name}:", place), (f"- {before}", ""), (f"+ {after}", "")]
    elif before == after:  # only a type differs that the source does not spell
        rows = [(f"{text} ({type(old.value).__name__} -> {type(new.value).__name__})", place)]
    return [*rows, *_notes(change), *map(_hint, change.hints)]


def _places(change: Change, old: Fact, new: Fact) -> str:
    """Return where a change is: both places where one alone would not tell."""
    if change.is_moved or change.kind == "renamed" or None in (old.file, new.file):
        return f"{escape(str(old.place))} -> {escape(str(new.place))}"
    return escape(str(new.place))


def _notes(change: Change) -> list[tuple[str, str]]:
    """Return what else is to be said of either side."""
    return [(escape(each.note), "") for each in (change.old, change.new) if each and each.note]


def _hint(hint: HintChange) -> tuple[str, str]:
    """Return the line of a hint."""
    name = escape(hint.name)
    old, new = (
        None if side is None else escape(show_literal(*side)) for side in (hint.old, hint.new)
    )
    if old is None:
        return f"+ hint {name}={new}", ""
    if new is None:
        return f"- hint {name}={old}", ""
    return f"~ hint {name}: {old} -> {new}", ""


def _by_manager(
    changes: Sequence[Change], rows: list[list[tuple[str, str]]]
) -> Iterator[tuple[Change, list[tuple[str, str]]]]:
    """Yield the changes of one manager after those of another, each with its lines."""
    pairs = list(zip(changes, rows, strict=True))
    pairs.sort(key=lambda pair: (pair[0].fact.placeholder != _USUAL, pair[0].fact.placeholder))
    yield from pairs


def _painted(line: str, left: str, kind: str) -> str:
    """Colour a line as far as its place, which stays as it is, to be read and clicked."""
    return f"\x1b[{_COLOURS[kind]}m{left}\x1b[0m{line[len(left) :]}"
