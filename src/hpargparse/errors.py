"""The exceptions for values that do not fit, settings, snapshots and sweeps.

Owns the fields of these errors. Must not know how values are read, or the layout of files.
"""

from __future__ import annotations

from hpman import Diagnostic, HpmanError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Self


class ConversionError(HpmanError, ValueError):
    """Report a value that a hyperparameter does not accept."""

    @classmethod
    def because(cls, message: str, *, name: str | None = None) -> Self:
        """Create the error from its message."""
        return cls(Diagnostic("conversion", message, "", name=name))


class SnapshotError(HpmanError, ValueError):
    """Report a snapshot that cannot be read or written."""

    @classmethod
    def at(
        cls, path: str, line: int | None, message: str, advice: str, *, name: str | None = None
    ) -> Self:
        """Create the error from its place and its message."""
        return cls(Diagnostic("snapshot", message, advice, path, line, name=name))


class SpaceError(HpmanError, ValueError):
    """Report a search space that cannot be searched."""

    @classmethod
    def because(cls, message: str, advice: str, hint: str = "sweep") -> Self:
        """Create the error from its message, what to do, and the hint at fault as its code."""
        return cls(Diagnostic(hint, message, advice))


class SweepError(HpmanError):
    """Report a sweep that cannot go on."""

    @classmethod
    def because(cls, message: str, advice: str, path: str | None = None) -> Self:
        """Create the error from its message, what to do, and perhaps the file at fault."""
        return cls(Diagnostic("sweep", message, advice, path))


class MissingSnapshotError(SnapshotError, FileNotFoundError):
    """Report a snapshot, or the folder for one, that does not exist."""


class SettingsError(ValueError):
    """Report invalid settings.

    Args:
        args: a sentence per problem.

    >>> print(SettingsError("One.", "Two."))
    One.
    Two.
    """

    def __str__(self) -> str:
        """Return the sentences, one per line, escaped for a terminal."""
        from hpman.text import escape

        return "\n".join(map(escape, self.args))


class UnsupportedValueError(Exception):
    """Report a value that a format cannot represent."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason


def not_a_manager(value: object) -> TypeError:
    """Return the error for an argument that is not a manager."""
    return TypeError(
        f"{value!r} is not a manager; pass one, such as `_` of `from hpman.m import _`"
    )
