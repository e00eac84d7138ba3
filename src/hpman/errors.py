"""The exceptions, and the two values that stand for a missing one.

Owns which exception a finding becomes; knows neither files nor managers.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .diagnostics import Diagnostic
    from .occurrence import Occurrence


class EmptyValue:
    """Stand for a value that is not there; there is one such object.

    >>> EmptyValue() is EMPTY
    True
    """

    __slots__ = ()
    _only: EmptyValue

    def __new__(cls) -> EmptyValue:  # noqa: PYI034 - there is one object, of this class
        """Return the one object."""
        return cls._only

    def __repr__(self) -> str:
        """Show the class, which is all there is to it."""
        return "EmptyValue()"

    def __reduce__(self) -> tuple[type[EmptyValue], tuple[()]]:
        """Unpickle to the one object."""
        return EmptyValue, ()


EMPTY = EmptyValue._only = object.__new__(EmptyValue)


class HpmanError(Exception):
    """Report what is wrong with hyperparameters: the root of all our errors.

    Args:
        diagnostics: the findings, in order; the fields are those of the first.

    >>> from hpman.diagnostics import Diagnostic
    >>> error = HpmanError(Diagnostic("HPM101", "No.", "Mend it.", "a.py", 3, 1, "lr"))
    >>> error.name, error.path, error.line
    ('lr', 'a.py', 3)
    """

    def __init__(self, *diagnostics: Diagnostic) -> None:
        """Keep the findings."""
        super().__init__()  # a `SyntaxError` would take a second one for its place
        self.diagnostics: tuple[Diagnostic, ...] = diagnostics
        self.args = diagnostics

    @property
    def name(self) -> str | None:
        """The hyperparameter that the first finding is about."""
        return self.diagnostics[0].name if self.diagnostics else None

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """The calls that the first finding is about."""
        return self.diagnostics[0].occurrences if self.diagnostics else ()

    @property
    def path(self) -> str | None:
        """The file of the first finding."""
        return self.diagnostics[0].path if self.diagnostics else None

    @property
    def line(self) -> int | None:
        """The line of the first finding, counted from 1."""
        return self.diagnostics[0].line if self.diagnostics else None

    @property
    def column(self) -> int | None:
        """The column of the first finding in characters, counted from 1."""
        return self.diagnostics[0].column if self.diagnostics else None

    def __str__(self) -> str:
        """Report every finding, with an empty line between two."""
        return "\n\n".join(str(each) for each in self.diagnostics)

    def __reduce__(self) -> tuple[type[HpmanError], tuple[Diagnostic, ...]]:
        """Pickle the findings; the text is made anew."""
        return type(self), self.diagnostics


class UnreadableSourceError(HpmanError, SyntaxError):
    """Report a file that Python cannot read: its syntax, its encoding, its bytes."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        """Fill the fields of a `SyntaxError` too."""
        super().__init__(*diagnostics)
        self.msg: str = str(self)  # all that a traceback shows of a `SyntaxError`
        self.filename: str | None = self.path
        self.lineno: int | None = self.line
        self.offset: int | None = self.column


class ArgumentCountError(HpmanError, TypeError):
    """Report a call with no name, or with more than a name and a default."""


class NotLiteralNameException(HpmanError):
    """Report a call whose name is not a literal string."""


class DoubleAssignmentException(HpmanError):
    """Report a hyperparameter that is given a default in two places."""


class ImpossibleTree(HpmanError, ValueError):
    """Report a name that is a leaf and a branch at once, as `a` beside `a.b`."""


class NotLiteralEvaluable(HpmanError):
    """Report a hint that is not a literal; stand for a default that is none.

    As a value it shows the expression and its place, and it lasts until the
    program runs the call. Two of one expression at one place are equal.

    Args:
        diagnostics: the findings, in order.
        expression: the expression as it is written.

    >>> NotLiteralEvaluable(expression="LR / 10")
    NotLiteralEvaluable('LR / 10')
    """

    def __init__(self, *diagnostics: Diagnostic, expression: str = "") -> None:
        """Keep the findings and the expression."""
        super().__init__(*diagnostics)
        self.expression = expression

    def __repr__(self) -> str:
        """Show the expression, and where it stands when that is known."""
        place = self.diagnostics[0].place if self.diagnostics else ""
        shown = repr(self.expression) if self.expression else ""
        return f"NotLiteralEvaluable({', '.join(filter(None, [shown, place]))})"

    def _key(self) -> tuple[str, ...]:
        """Return what two equal ones share: the expression, and where it stands."""
        return self.expression, *(each.place for each in self.diagnostics)

    def __eq__(self, other: object) -> bool:
        """Compare expression and place, so that two scans of one text are equal."""
        return isinstance(other, NotLiteralEvaluable) and self._key() == other._key()

    def __hash__(self) -> int:
        """Hash what is compared."""
        return hash(self._key())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the expression too."""
        return _not_literal, (self.expression, self.diagnostics)


def _not_literal(expression: str, diagnostics: tuple[Diagnostic, ...]) -> NotLiteralEvaluable:
    """Rebuild a pickled one."""
    return NotLiteralEvaluable(*diagnostics, expression=expression)


def error_for(diagnostics: Iterable[Diagnostic]) -> HpmanError:
    """Make one exception of all findings, of the type that the first one's code names.

    Args:
        diagnostics: the findings, in order; at least one.

    Returns:
        The exception, to be raised by the caller.

    >>> from hpman.diagnostics import Diagnostic
    >>> type(error_for([Diagnostic("HPM203", "`a` and `a.b`.", "Rename one.")])).__name__
    'ImpossibleTree'
    """
    found = tuple(diagnostics)
    return _KINDS[found[0].code](*found)


_KINDS: dict[str, type[HpmanError]] = {
    "HPM001": UnreadableSourceError,
    "HPM101": ArgumentCountError,
    "HPM102": NotLiteralNameException,
    "HPM103": NotLiteralEvaluable,
    "HPM201": DoubleAssignmentException,
    "HPM203": ImpossibleTree,
}
