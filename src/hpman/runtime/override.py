"""Values that are set for the length of a block.

Owns the context manager; must not know how a store takes values back.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Override:
    """Set values for a block, and take them back after it, also on error."""

    __slots__ = ("_begin", "_end", "_saved", "_target")

    def __init__(
        self, begin: Callable[[], Any], end: Callable[[Any], None], target: object = None
    ) -> None:
        """Keep what to do; nothing happens before the block.

        Args:
            begin: sets the values, and returns what `end` needs.
            end: takes them back.
            target: what `as` binds.
        """
        self._begin = begin
        self._end = end
        self._target = target
        self._saved: list[Any] = []

    def __enter__(self) -> Any:
        """Set the values."""
        self._saved.append(self._begin())
        return self._target

    def __exit__(self, *_error: object) -> None:
        """Take them back."""
        self._end(self._saved.pop())
