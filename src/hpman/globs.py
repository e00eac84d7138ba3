"""Compile globs into a test of paths.

Owns the meaning of `*`, `**`, `?` and `[...]` in paths; must not know which paths are tested.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    # The test of one part of a path; None for `**`, which matches any number of parts.
    Part: TypeAlias = Callable[[str], object] | None

_WILD = frozenset("*?[")


def compile_globs(globs: Iterable[str], folder: str, real: str) -> Callable[[str], bool]:
    """Compile globs into a test of paths below a folder.

    A glob without a slash is matched against the name of a file or folder at
    any depth. A glob with a slash may be relative to `folder`, relative to the
    current directory, or absolute. `*`, `?` and `[...]` match within one name,
    and `**` matches any number of folders.

    The test takes absolute paths below the folder.

    >>> src = os.path.abspath("src")
    >>> matches = compile_globs(["old", "lib/*_test.py", "src/*/gen.py"], src, src)
    >>> matches(os.path.abspath("src/a/old")), matches(os.path.abspath("src/lib/a_test.py"))
    (True, True)
    >>> matches(os.path.abspath("src/older")), matches(os.path.abspath("src/lib/a/b_test.py"))
    (False, False)
    >>> matches(os.path.abspath("src/lib/gen.py"))
    True
    """
    start = os.path.join(folder, "")
    below: list[list[Part]] = []
    absolute: list[list[Part]] = []
    for glob in map(os.path.normpath, globs):
        parts = glob.split(os.sep)
        if len(parts) == 1:
            below.append([None, *_compile(parts)])
            continue
        below.append(_compile(parts))
        whole = os.path.abspath(glob)
        if whole.startswith(start):  # a path taken from the disk may contain `[` itself
            below.append(_compile(whole[len(start) :].split(os.sep)))
        absolute += _from_current_directory(parts)

    def matches(path: str) -> bool:
        rest = path[len(start) :]
        names = rest.split(os.sep)
        if any(_match(parts, names) for parts in below):
            return True
        paths = (path.split(os.sep), os.path.join(real, rest).split(os.sep)) if absolute else ()
        return any(_match(parts, whole) for parts in absolute for whole in paths)

    return matches


def _from_current_directory(parts: list[str]) -> Iterable[list[Part]]:
    """Yield a relative or absolute glob as an absolute one, with symbolic links and without."""
    from glob import escape

    wild = [number for number, part in enumerate(parts) if not _WILD.isdisjoint(part)]
    count = wild[0] if wild else len(parts)
    head = os.path.abspath(os.sep.join([*parts[:count], ""]))
    for prefix in dict.fromkeys((head, os.path.realpath(head))):
        # The current directory stands for itself, even if its name contains `[`.
        literal = prefix.rstrip(os.sep).split(os.sep)
        yield _compile([*map(escape, literal), *parts[count:]])


def _compile(parts: Iterable[str]) -> list[Part]:
    import re
    from fnmatch import translate

    flags = re.IGNORECASE if os.name == "nt" else 0
    compiled: list[Part] = []
    for part in parts:
        if part != "**":
            compiled.append(re.compile(translate(part), flags).match)
        elif compiled[-1:] != [None]:  # several in a row are as good as one
            compiled.append(None)
    return compiled


def _match(pattern: Sequence[Part], names: Iterable[str]) -> bool:
    """Return whether a pattern matches the parts of a path, in time linear in their number."""
    positions = {0}  # the possible positions in the pattern after the names so far
    for name in names:
        following = set()
        for start in positions:
            for position in range(start, len(pattern)):
                part = pattern[position]
                if part is not None:
                    if part(name):
                        following.add(position + 1)
                    break
                following.add(position)  # `**` takes this name; the next part may take it instead
        positions = following
    return any(not any(pattern[position:]) for position in positions)
