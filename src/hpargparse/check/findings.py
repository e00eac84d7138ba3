"""What a rule has found, and where.

Owns the shape of a finding; knows neither how it is found nor how it is shown.
"""

from __future__ import annotations

from hpman.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from hpman import Diagnostic, Occurrence, Source

    from .ownership import Hidden


class Finding(Record):
    """Describe one finding: which rule, what, where, and what to do.

    It is no `hpman.Diagnostic`, which an error carries and which shows itself. A finding always
    has a text, also where that cannot be read, keeps the call that it stands at apart from
    the others, and knows the lines in which a `noqa` silences it.

    Attributes:
        code: the code of the rule.
        message: what is wrong, as a sentence.
        advice: what to do, as a sentence.
        source: the text that it stands in.
        line: the line, counted from 1; None where the file as a whole is at fault.
        column: the column in characters, counted from 1; None without a line.
        end_line: the line of the last character at fault, or None.
        end_column: the column behind that character, or None.
        name: the hyperparameter that it is about, or None.
        placeholder: the manager that it is about; None where it is about a file.
        related: other calls that take part.
        lines: first and last line of the call, in which a `noqa` counts; None where
            none does.
    """

    __slots__ = ()
    code: str
    message: str
    advice: str
    source: Source
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    name: str | None = None
    placeholder: str | None = None
    related: tuple[Occurrence, ...] = ()
    lines: tuple[int, int] | None = None


def at_call(
    code: str,
    at: Occurrence | Hidden,
    message: str,
    advice: str,
    related: Sequence[Occurrence] = (),
) -> Finding:
    """Make a finding about a hyperparameter, placed at one of its calls.

    Args:
        code: the code of the rule.
        at: the call, which may be hidden.
        message: what is wrong, as a sentence.
        advice: what to do, as a sentence.
        related: other calls that take part.

    >>> from hpman import Occurrence, Source
    >>> call = Occurrence("_", "lr", 1, {}, "1", Source("a.py", '_("lr", 1)'), 1, 1, 1, 11)
    >>> at_call("HPM202", call, "No.", "Mend it.").lines
    (1, 1)
    """
    return Finding(
        code,
        message,
        advice,
        at.source,
        at.line,
        at.column,
        at.end_line,
        at.end_column,
        at.name,
        at.placeholder,
        tuple(related),
        (at.line, at.end_line),
    )


def at_fault(found: Diagnostic, source: Source) -> Finding:
    """Make a finding of what a scan has found in one text.

    Args:
        found: what was found.
        source: the text, for a file that could not be read as well.
    """
    lines = None
    if found.call is not None:
        lines = found.call.line, found.call.end_line
    return Finding(
        found.code,
        found.message,
        found.advice,
        source,
        found.line,
        found.column,
        found.end_line,
        found.end_column,
        found.name,
        found.placeholder,
        (),
        lines,
    )


def place_of(at: Occurrence) -> str:
    """Return where a call stands, as `train.py:12`."""
    from hpman._text import relative_path

    return f"{relative_path(at.path)}:{at.line}"
