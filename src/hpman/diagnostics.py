"""A finding about the sources: what is wrong, where, and what to do.

Owns the fields and the text of a finding; must not know how it is found nor
which exception carries it.
"""

from __future__ import annotations

from .frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .occurrence import FaultyCall, Occurrence
    from .text import Source

ERROR = "error"  # the program or its command line does not work as written
WARNING = "warning"  # it works, but probably not as intended

_WIDTH = 200  # of a line in an excerpt, because lines of minified code are very long
_SHOWN = 20  # occurrences in the text of a finding
_ORDINALS = "First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth".split()


class Diagnostic(Frozen):
    """Describe one problem: what is wrong, where, and what to do.

    Lines and columns count from 1, columns in characters.

    Attributes:
        code: the stable code of the rule.
        message: what is wrong, as a sentence.
        advice: what to do, as a sentence.
        path: the file, or None if no file is at fault.
        line: the line, or None.
        column: the column, or None.
        name: the hyperparameter, or None.
        occurrences: the calls involved, in order.
        source: the source that the excerpt is taken from, or None.
        placeholder: the manager, or None if the file itself is at fault.
        end_line: the line of the last character at fault, or None.
        end_column: the column after the last character at fault, or None.
        call: the faulty call that contains the place, or None.
        severity: `error` or `warning`.

    >>> print(Diagnostic("HPM101", "`lr` has no default.", "Add one.", "a.py", 3, 5))
    a.py:3:5: `lr` has no default.
    Add one.
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
    call: FaultyCall | Occurrence | None = None
    severity: str = ERROR

    @classmethod
    def at(
        cls,
        call: Occurrence,
        code: str,
        message: str,
        advice: str,
        *,
        occurrences: Iterable[Occurrence] = (),
        severity: str = ERROR,
    ) -> Diagnostic:
        """Return a diagnostic about some calls, placed at one of them.

        Args:
            call: the call at the place.
            code: the code of the rule.
            message: what is wrong, as a sentence.
            advice: what to do, as a sentence.
            occurrences: all calls involved, in order; by default only `call`.
            severity: `error` or `warning`.

        >>> from hpman import HyperParameterManager
        >>> (call,) = HyperParameterManager("_").parse_source('_("lr")').index.named("_", "lr")
        >>> Diagnostic.at(call, "HPM202", "`lr` has no default.", "Add one.").column
        1
        """
        return cls(
            code,
            message,
            advice,
            call.path,
            call.line,
            call.column,
            call.name,
            tuple(occurrences) or (call,),
            call.source,
            call.placeholder,
            call.end_line,
            call.end_column,
            severity=severity,
        )

    @property
    def place(self) -> str:
        """`path:line:column` without the parts that are None."""
        from .text import escape

        cell, line = None, self.line
        if self.source is not None and line is not None:
            cell, line = self.source.cell(line)
        parts = self.path, cell and f"cell {cell}", line, self.column
        return escape(":".join(str(part) for part in parts if part is not None))

    @property
    def order(self) -> tuple[object, ...]:
        """The sort key: file, line, column and code. A finding without a source comes first."""
        key = self.source.key if self.source is not None else ()
        return key, self.line or 0, self.column or 0, self.code

    @property
    def related(self) -> tuple[Occurrence, ...]:
        """The calls involved, except the one at the place of the finding."""
        at = self.call or self
        place = self.path, at.line, at.column
        return tuple(o for o in self.occurrences if (o.path, o.line, o.column) != place)

    def __str__(self) -> str:
        """Return the place and the message, the excerpts, and the advice."""
        from .text import escape

        head = escape(self.message)
        if self.path is not None:
            head = f"{self.place}: {head}"
        return "\n".join(filter(None, [head, *self._excerpts(), escape(self.advice)]))

    def _excerpts(self) -> list[str]:
        from .text import escape

        if len(self.occurrences) > 1:
            excerpts = [
                f"{_ordinal(number)} occurrence:\n{escape(call.place)}\n"
                f"{call.source.excerpt(call.line, width=_WIDTH, column=call.column)}"
                for number, call in enumerate(self.occurrences[:_SHOWN], 1)
            ]
            more = len(self.occurrences) - _SHOWN
            return [*excerpts, f"... and {more} more occurrences."] if more > 0 else excerpts
        if self.source is not None and self.line is not None:
            column = self.column or 1
            return [self.source.excerpt(self.line, before=2, after=2, width=_WIDTH, column=column)]
        return []


def _ordinal(number: int) -> str:
    """Spell out the first ten ordinals, and abbreviate those up to the twentieth."""
    return _ORDINALS[number - 1] if number <= len(_ORDINALS) else f"{number}th"
