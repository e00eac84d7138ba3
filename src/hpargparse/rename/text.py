"""Other places that mention a name: options in scripts, attributes, documents.

Owns what is listed and never edited. Must not know how a name is renamed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

from hpman.programs import compile_globs
from hpman.text import display_path, escape, truncate

_MOST_BYTES = 1 << 20
_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages"})
_HEAD = 1 << 12  # bytes, which tell text from data
_WIDTH = 100
# The hint that keeps old names on purpose, and the module that managers are imported from.
_NO_MENTION = re.compile(r"aliases\s*=\s*[\[(][^\])]*|\bhpman\.m\b")


def walk_files(folders: Iterable[str], exclude: Sequence[str]) -> Iterator[str]:
    """Yield the files below folders, without hidden and excluded folders and those of tools."""
    for folder in folders:
        is_excluded = compile_globs(exclude, os.path.abspath(folder), os.path.realpath(folder))
        for above, names, files in os.walk(folder):
            if above != folder and "pyvenv.cfg" in files:
                names.clear()
                continue
            names[:] = sorted(
                name
                for name in names
                if not (name.startswith(".") or name in _FOLDERS)
                and not is_excluded(os.path.abspath(os.path.join(above, name)))
            )
            paths = (os.path.join(above, name) for name in sorted(files) if name[0] != ".")
            yield from (path for path in paths if not is_excluded(os.path.abspath(path)))


def text_of(path: str) -> bytes | None:
    """Return the bytes of a file, None if it is large, no text, or cannot be read."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _MOST_BYTES:
            return None
        with open(path, "rb") as file:
            start = file.read(_HEAD)
            return None if b"\0" in start else start + file.read()
    except OSError:
        return None


def other_mentions(name: str, contents: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """Yield a line for each line of files that has a name, or its option, as a word.

    In Python files, only attributes and text between quotes count.
    """
    spelled = "|".join(re.escape(word) for word in {name, name.replace("_", "-")})
    word = re.compile(rf"(?<![\w.-])(?:--)?(?:{spelled})(?![\w-]|\.\w)")
    in_python = re.compile(
        rf"\.{re.escape(name)}(?!\w)|[\"'/](?:{spelled})[\"'=, .]|--(?:{spelled})(?![\w-])"
    )
    for path, data in contents:
        pattern = in_python if path.endswith(".py") else word
        for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
            if pattern.search(_NO_MENTION.sub("", line)):
                shown = escape(truncate(line.strip(), _WIDTH))
                yield f"{display_path(path)}:{number}: {shown}"
