"""The formats of files and of listings, by name.

Owns which there are, for help and for checks; knows not how any is written.
"""

from __future__ import annotations

FORMATS = ("auto", "yaml", "json", "pickle")
LISTINGS = ("yaml", "json", "detail", "origin")
EXTENSIONS = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".pickle": "pickle",
    ".pkl": "pickle",
}
