"""Globs to a test of what they leave out of a folder.

Owns the meaning of `*`, `**`, `?` and `[...]`; must not know what is walked.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_WILD = frozenset("*?[")


def compile_globs(globs: Iterable[str], folder: str, real: str) -> Callable[[str], bool]:
    """Compile globs into a test of paths below a folder.

    A glob without a slash is matched against the name of a file or folder at
    any depth. One with a slash is matched against the path below `folder`, and
    against the whole path, for which it is read from the current directory.
    `*`, `?` and `[...]` stay between two slashes; `**` does not.

    Args:
        globs: the globs; slashes separate on every system.
        folder: the folder, as an absolute path.
        real: the same with symbolic links resolved.

    Returns:
        A function that tells whether an absolute path below the folder matches.

    >>> src = os.path.abspath("src")
    >>> matches = compile_globs(["old", "lib/*_test.py", "src/*/gen.py"], src, src)
    >>> matches(os.path.abspath("src/a/old")), matches(os.path.abspath("src/lib/a_test.py"))
    (True, True)
    >>> matches(os.path.abspath("src/older")), matches(os.path.abspath("src/lib/a/b_test.py"))
    (False, False)
    >>> matches(os.path.abspath("src/lib/gen.py"))
    True
    """
    start, real_start = os.path.join(folder, ""), os.path.join(real, "")
    names: list[str] = []
    below: list[str] = []
    wholes: list[str] = []
    for glob in map(os.path.normpath, globs):
        if os.sep not in glob:
            names.append(_regex(glob))
            continue
        below.append(_regex(glob))
        wholes += _from_here(glob)
        # A path that someone took from the disk may hold `[` and stand for itself.
        whole = os.path.abspath(glob)
        if whole.startswith(start):
            below.append(_regex(whole[len(start) :]))
    name_matches, below_matches, whole_matches = map(_any_of, (names, below, wholes))

    def matches(path: str) -> bool:
        rest = path[len(start) :]
        return bool(
            name_matches(rest.rpartition(os.sep)[2])
            or below_matches(rest)
            or whole_matches(path)
            or whole_matches(real_start + rest)
        )

    return matches


def _any_of(regexes: list[str]) -> Callable[[str], object]:
    """Compile what matches a path as a whole if any of some regular expressions does."""
    import re

    flags = re.DOTALL | (re.IGNORECASE if os.name == "nt" else 0)
    fullmatch = re.compile("|".join(regexes) or "(?!)", flags).fullmatch
    return lambda path: fullmatch(path.replace(os.sep, "/"))


def _from_here(glob: str) -> Iterator[str]:
    """Yield a glob as regular expressions of absolute paths, with links and without."""
    import re

    parts = glob.split(os.sep)
    wild = [number for number, part in enumerate(parts) if not _WILD.isdisjoint(part)]
    count = wild[0] if wild else len(parts)
    # What comes before is no glob, and neither is the current directory.
    head = os.path.abspath(os.sep.join([*parts[:count], ""]))
    rest = _regex(os.sep.join(parts[count:]))
    for each in dict.fromkeys((head, os.path.realpath(head))):
        literal = os.path.join(each, "") if rest else each
        yield re.escape(literal.replace(os.sep, "/")) + rest


def _regex(glob: str) -> str:
    """Translate a glob into a regular expression."""
    import re

    tokens = re.compile(r"\*\*/|\*\*|[*?]|\[!?\]?[^]/]*\]|.", re.DOTALL)
    wild = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = []
    for token in tokens.findall(glob.replace(os.sep, "/")):
        is_set = len(token) > 2 and token.startswith("[")
        parts.append(wild.get(token) or (_set(token) if is_set else re.escape(token)))
    return "".join(parts)


def _set(token: str) -> str:
    """Translate `[...]`; what is no set of characters stands for itself."""
    import re

    negated = token.startswith("[!")
    body = re.sub(r"([\\\[\]&~|^])", r"\\\1", token[1 + negated : -1])
    regex = f"(?!/)[{'^' * negated}{body}]"
    try:
        re.compile(regex)
    except re.error:  # as in `[z-a]`
        return re.escape(token)
    return regex
