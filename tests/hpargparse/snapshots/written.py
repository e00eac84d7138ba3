"""Write files of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpargparse.snapshots.files import IN_PROGRAM, write_all

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping


def write(
    path: str | os.PathLike[str], values: Mapping[str, object], serial_format: str = "auto"
) -> None:
    """Write one file."""
    write_all([(path, values, serial_format, IN_PROGRAM)])
