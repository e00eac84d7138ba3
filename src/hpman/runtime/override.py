"""Values that are set for the length of a block.

Owns the context manager; must not know how a store takes values back.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .origin import Origin
    from .store import Saved, Store


class Override:
    """Set values for a block, and take them back after it, also on error."""

    __slots__ = ("_origin", "_saved", "_store", "_values")

    def __init__(self, store: Store, values: Mapping[str, Any], origin: Origin) -> None:
        """Keep what to set; nothing happens before the block."""
        self._store = store
        self._values = dict(values)
        self._origin = origin
        self._saved: list[Saved] = []

    def __enter__(self) -> None:
        """Set the values."""
        self._saved.append(self._store.begin(self._values, self._origin))

    def __exit__(self, *_error: object) -> None:
        """Take them back."""
        self._store.end(self._saved.pop())
