"""The formats of files and of listings, by name.

Owns the list of formats, for help and for checks; must not know how they are written.
"""

from __future__ import annotations

import os

RUN = "run:"  # starts the name of a recorded run, which is read like a file
FORMATS = ("auto", "yaml", "json", "pickle")
LISTINGS = ("yaml", "json", "detail", "origin")
EXTENSIONS = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".pickle": "pickle",
    ".pkl": "pickle",
}


def extension_format(path: str) -> str | None:
    """Return the format that the extension of a file stands for, or None if it is unknown."""
    return EXTENSIONS.get(os.path.splitext(path)[1].lower())
