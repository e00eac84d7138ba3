"""One call of a manager in a source text: the fact that all else is built on.

Owns what is known of a call without running it; knows no other call and no
value of a running program.
"""

from __future__ import annotations

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._text import Source


class FaultyCall(Record):
    """Describe a call of a manager that is no occurrence, since something is wrong with it.

    Attributes:
        line: the line of its first character.
        column: the column of its first character.
        end_line: the line of its last character.
        end_column: the column behind its last character.
        hidden_by: the line that binds its name to something else, see `Occurrence`.
        arguments: how many positional arguments it has.
    """

    __slots__ = ()
    line: int
    column: int
    end_line: int
    end_column: int
    hidden_by: int | None = None
    arguments: int = 0


class Occurrence(Record):
    """Describe one call `P("name", default, **hints)` found in a source text.

    Lines and columns count from 1, columns in characters; the end column is
    the one behind the last character.

    Attributes:
        placeholder: the manager that the call belongs to.
        name: the name of the hyperparameter.
        value: the literal default, a `NotLiteralEvaluable` for any other
            expression, or `EMPTY` for a use without a default.
        hints: the keywords of the call, evaluated.
        text: the default as it is written, None for a use.
        source: the text that the call stands in.
        line: the line of the call's first character.
        column: the column of the call's first character.
        end_line: the line of the call's last character.
        end_column: the column behind the call's last character.
        hidden_by: the line that binds the name to something else where the call stands,
            so that the running program calls that; None where nothing does.
    """

    __slots__ = ()
    placeholder: str
    name: str
    value: Any
    hints: dict[str, Any]
    text: str | None
    source: Source
    line: int
    column: int
    end_line: int
    end_column: int
    hidden_by: int | None = None

    @property
    def path(self) -> str:
        """The path of the text that the call stands in."""
        return self.source.path

    @property
    def is_definition(self) -> bool:
        """Whether the call carries a default."""
        return self.text is not None

    @property
    def call(self) -> str:
        """The call as it is written."""
        return self.source.between(self.line, self.column, self.end_line, self.end_column)
