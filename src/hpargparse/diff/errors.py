"""The exception of a comparison that cannot be made.

Owns how it is carried; knows nothing of what is compared.
"""

from __future__ import annotations

from hpman import Diagnostic, HpmanError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Self


class ComparisonError(HpmanError):
    """Report two sides that cannot be found, read or compared.

    >>> print(ComparisonError.because("`x` is no revision.", "Name one."))
    `x` is no revision.
    Name one.
    """

    @classmethod
    def because(cls, message: str, advice: str = "") -> Self:
        """Make one from its sentences.

        Args:
            message: what is wrong.
            advice: what to do about it.
        """
        return cls(Diagnostic("comparison", message, advice))
