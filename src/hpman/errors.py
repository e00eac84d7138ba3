"""The exceptions, and the objects that stand for a missing or an unknown value.

Owns which exception a diagnostic becomes; must not know files or managers.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .diagnostics import Diagnostic
    from .occurrence import Occurrence


_SHOWN = 100  # problems in the text of an error; nobody reads more


class EmptyValue:
    """Stand for a missing value. There is one such object, `EMPTY`.

    >>> EmptyValue() is EMPTY
    True
    """

    __slots__ = ()
    _only: EmptyValue

    def __new__(cls) -> EmptyValue:  # noqa: PYI034 - there is one object, of this class
        """Return `EMPTY`."""
        return cls._only

    def __repr__(self) -> str:
        return "EmptyValue()"

    def __reduce__(self) -> tuple[type[EmptyValue], tuple[()]]:
        return EmptyValue, ()


EMPTY = EmptyValue._only = object.__new__(EmptyValue)


class HpmanError(Exception):
    """Report what is wrong with hyperparameters. The base of all errors of this package.

    Args:
        diagnostics: the problems, in order. The fields are those of the first one.

    >>> from hpman.diagnostics import Diagnostic
    >>> error = HpmanError(Diagnostic("HPM101", "Wrong.", "Fix it.", "a.py", 3, 1, "lr"))
    >>> error.name, error.path, error.line
    ('lr', 'a.py', 3)
    """

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__()  # a `SyntaxError` takes a second argument for a place
        self.diagnostics: tuple[Diagnostic, ...] = diagnostics
        self.args = diagnostics

    @property
    def name(self) -> str | None:
        """The hyperparameter that the first diagnostic is about."""
        return self.diagnostics[0].name if self.diagnostics else None

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """The calls that the first diagnostic is about."""
        return self.diagnostics[0].occurrences if self.diagnostics else ()

    @property
    def path(self) -> str | None:
        """The file of the first diagnostic."""
        return self.diagnostics[0].path if self.diagnostics else None

    @property
    def line(self) -> int | None:
        """The line of the first diagnostic, counted from 1."""
        return self.diagnostics[0].line if self.diagnostics else None

    @property
    def column(self) -> int | None:
        """The column of the first diagnostic in characters, counted from 1."""
        return self.diagnostics[0].column if self.diagnostics else None

    def __str__(self) -> str:
        shown = [str(diagnostic) for diagnostic in self.diagnostics[:_SHOWN]]
        if len(self.diagnostics) > _SHOWN:
            shown.append(f"... and {len(self.diagnostics) - _SHOWN} more problems.")
        return "\n\n".join(shown)


class UnreadableSourceError(HpmanError, SyntaxError):
    """Report a file that Python cannot parse or decode."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*diagnostics)
        self.msg: str = str(self)  # the only part of a `SyntaxError` that a traceback shows
        self.filename: str | None = self.path
        self.lineno: int | None = self.line
        self.offset: int | None = self.column


class ArgumentCountError(HpmanError, TypeError):
    """Report a call that does not have one or two positional arguments."""


class NotLiteralNameException(HpmanError):
    """Report a call whose name is not a literal string."""


class DoubleAssignmentException(HpmanError):
    """Report a hyperparameter that has defaults in two places."""


class ImpossibleTree(HpmanError, ValueError):
    """Report a name that is both a leaf and a branch, such as `a` next to `a.b`."""


class NotLiteralEvaluable(HpmanError):
    """Report a hint that is not a literal, or stand for a default that is not a literal.

    As the value of a default, it shows the expression and its place until the program
    runs the call. Two of them with the same expression and place are equal.

    Args:
        diagnostics: the problems, in order.
        expression: the expression as it is written.
        member: the name of the member if the expression is a member of an Enum whose class
            is known, else None.
        members: the values of all members of that class by name, aliases included.

    >>> NotLiteralEvaluable(expression="LR / 10")
    NotLiteralEvaluable('LR / 10')
    """

    def __init__(
        self,
        *diagnostics: Diagnostic,
        expression: str = "",
        member: str | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(*diagnostics)
        self.expression = expression
        self.member = member
        self.members: Mapping[str, object] = members or {}

    def __repr__(self) -> str:
        place = self.diagnostics[0].place if self.diagnostics else ""
        shown = repr(self.expression) if self.expression else ""
        return f"NotLiteralEvaluable({', '.join(filter(None, [shown, place]))})"

    def _key(self) -> tuple[str, ...]:
        return self.expression, *(diagnostic.place for diagnostic in self.diagnostics)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NotLiteralEvaluable) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


class UnknownNameWarning(UserWarning):
    """Warn about a value that is set for a name that the parsed sources do not have."""


def error_for(diagnostics: Iterable[Diagnostic]) -> HpmanError:
    """Return one exception for all diagnostics. Its type depends on the code of the first."""
    first, *others = diagnostics
    return _TYPES[first.code](first, *others)


_TYPES: dict[str, type[HpmanError]] = {
    "HPM001": UnreadableSourceError,
    "HPM101": ArgumentCountError,
    "HPM102": NotLiteralNameException,
    "HPM103": NotLiteralEvaluable,
    "HPM201": DoubleAssignmentException,
    "HPM203": ImpossibleTree,
}
