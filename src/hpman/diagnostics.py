"""What a finding is, and how it reads.

Owns the shape of a finding and its text; knows neither how it is found nor
which exception carries it.
"""

from __future__ import annotations

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._text import Source
    from .occurrence import FaultyCall, Occurrence


_WIDTH = 200  # of a line in an excerpt: minified code must not drown a message


class Diagnostic(Record):
    """Describe one thing that is wrong: what, where, and what to do.

    Attributes:
        code: the stable code of the rule.
        message: what happened, as a sentence.
        advice: what to do, as a sentence.
        path: the file, or None where nothing in a file is at fault.
        line: the line, counted from 1, or None.
        column: the column in characters, counted from 1, or None.
        name: the hyperparameter that it is about, or None.
        occurrences: the calls that it is about, in order.
        source: the text to show an excerpt of, or None.
        placeholder: the manager that it is about, None where it is about a file.
        end_line: the line of the last character at fault, or None.
        end_column: the column behind the last character at fault, or None.
        call: the call that is at fault, or None.

    >>> print(Diagnostic("HPM101", "`lr` has no default.", "Give it one.", "a.py", 3, 5))
    a.py:3:5: `lr` has no default.
    Give it one.
    """

    __slots__ = ()
    code: str
    message: str
    advice: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    name: str | None = None
    occurrences: tuple[Occurrence, ...] = ()
    source: Source | None = None
    placeholder: str | None = None
    end_line: int | None = None
    end_column: int | None = None
    call: FaultyCall | None = None

    @property
    def place(self) -> str:
        """`path:line:column` as far as it is known, else an empty text."""
        from ._text import escape

        path = self.path if self.path is None else escape(self.path)
        return ":".join(str(part) for part in (path, self.line, self.column) if part is not None)

    def __str__(self) -> str:
        """Give the place and the message, the excerpt, and what to do."""
        from ._text import escape

        head = escape(self.message)
        if self.path is not None:
            head = f"{self.place}: {head}"
        return "\n".join(filter(None, [head, *self._excerpts(), escape(self.advice)]))

    def _excerpts(self) -> list[str]:
        """Show each call that takes part, or the one line at fault."""
        from ._text import escape

        if len(self.occurrences) > 1:
            return [
                f"{_ordinal(number)} occurrence:\n{escape(each.path)}:{each.line}\n"
                f"{each.source.excerpt(each.line, width=_WIDTH, column=each.column)}"
                for number, each in enumerate(self.occurrences, 1)
            ]
        if self.source is not None and self.line is not None:
            column = self.column or 1
            return [self.source.excerpt(self.line, before=2, after=2, width=_WIDTH, column=column)]
        return []


def _ordinal(number: int) -> str:
    """Spell the first ten ordinals; number the others.

    >>> _ordinal(2), _ordinal(11), _ordinal(22), _ordinal(113)
    ('Second', '11th', '22nd', '113th')
    """
    words = "First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth".split()
    if number <= len(words):
        return words[number - 1]
    is_teen = number // 10 % 10 == 1
    ending = "th" if is_teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
