"""One call of a manager, or one name in a call of its methods, in a source text.

Owns the data about a call that is known without running it; must not know other
calls or run-time values.
"""

from __future__ import annotations

from .frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .text import Source


class FaultyCall(Frozen):
    """Describe a call of a manager that is not an occurrence because it breaks a rule.

    See `Occurrence` for the place. `arguments` is the number of positional arguments.
    """

    __slots__ = ()
    line: int
    column: int
    end_line: int
    end_column: int
    hidden_by: int | None = None
    arguments: int = 0


class Mention(Frozen):
    """Describe a name in a call of a manager's method, such as `P.set_value("lr", 1)`.

    Attributes:
        placeholder: the placeholder of the manager.
        kind: the method.
        name: the name of a hyperparameter, a branch or a scope; None if it is not a literal.
            That of a key in a nested tree begins with the keys around it.
        source: the source text that contains the call.
        line: the line of the first character of the name, or of its key.
        column: the column of the first character.
        end_line: the line of the last character.
        end_column: the column after the last character.
    """

    __slots__ = ()
    placeholder: str
    kind: str
    name: str | None
    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def path(self) -> str:
        """The path of the source text."""
        return self.source.path

    @property
    def place(self) -> str:
        """`path:line`, see `Source.place`."""
        return self.source.place(self.line)


class Occurrence(Frozen):
    """Describe one call `P("name", default, **hints)` in a source text.

    Lines and columns count from 1, columns in characters.

    Attributes:
        placeholder: the placeholder of the manager that is called.
        name: the name of the hyperparameter.
        value: the literal default, a `NotLiteralEvaluable` for any other
            expression, or `EMPTY` for a use without a default.
        hints: the keyword arguments, evaluated.
        text: the default as it is written, None for a use.
        source: the source text that contains the call.
        line: the line of the first character.
        column: the column of the first character.
        end_line: the line of the last character.
        end_column: the column after the last character.
        hidden_by: the line that binds the name of the manager to something else, which the
            running program calls instead; None if there is no such line.
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
        """The path of the source text."""
        return self.source.path

    @property
    def place(self) -> str:
        """`path:line`, see `Source.place`."""
        return self.source.place(self.line)

    @property
    def is_definition(self) -> bool:
        """Whether the call has a default."""
        return self.text is not None

    @property
    def call(self) -> str:
        """The call as it is written."""
        return self.source.between(self.line, self.column, self.end_line, self.end_column)
