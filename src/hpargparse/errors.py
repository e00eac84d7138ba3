"""The exceptions for values that do not fit and for files of values.

Owns how such a failure is carried and where it points; knows neither how a
value is read nor how a file is laid out.
"""

from __future__ import annotations

from hpman import Diagnostic, HpmanError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Self


class ConversionError(HpmanError, ValueError):
    """Report a value that a hyperparameter cannot take.

    >>> print(ConversionError.because("expected a float, got 'x'", name="lr"))
    expected a float, got 'x'
    """

    @classmethod
    def because(cls, message: str, *, name: str | None = None) -> Self:
        """Make one from its sentence.

        Args:
            message: what was expected, what was given, and where the default stands.
            name: the hyperparameter.
        """
        return cls(Diagnostic("conversion", message, "", name=name))


class SnapshotError(HpmanError, ValueError):
    """Report a file of values that cannot be read or written.

    >>> print(SnapshotError.at("cfg.yaml", 4, "`lr` is given twice.", "Delete one."))
    cfg.yaml:4: `lr` is given twice.
    Delete one.
    """

    @classmethod
    def at(
        cls, path: str, line: int | None, message: str, advice: str, *, name: str | None = None
    ) -> Self:
        """Make one from its place and its sentences.

        Args:
            path: the file as the user named it.
            line: the line, counted from 1, where one line is at fault.
            message: what is wrong.
            advice: what to do about it.
            name: the hyperparameter that it is about, if it is about one.
        """
        return cls(Diagnostic("snapshot", message, advice, path, line, name=name))


class MissingSnapshotError(SnapshotError, FileNotFoundError):
    """Report a file of values, or the folder for one, that is not there."""


def not_a_manager(given: object) -> TypeError:
    """Make the error for an argument that has to be a manager.

    >>> print(not_a_manager("_"))
    '_' is not a manager; give one, as `_` of `from hpman.m import _`
    """
    return TypeError(f"{given!r} is not a manager; give one, as `_` of `from hpman.m import _`")


class UnsupportedValueError(Exception):
    """Tell that a format cannot hold a value.

    Args:
        name: whose value it is.
        why: a clause on the value, as "holds a range".
    """

    def __init__(self, name: str, why: str) -> None:
        """Keep the fields."""
        super().__init__(name, why)
        self.name = name
        self.why = why
