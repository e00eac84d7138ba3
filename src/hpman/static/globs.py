"""Globs to a test of what they leave out of a folder.

Owns the meaning of `*`, `**`, `?` and `[...]`; must not know what is walked,
nor touch a disk.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def left_out(globs: Iterable[str], folder: str) -> Callable[[str], bool]:
    """Compile globs into a test of paths below a folder.

    A glob without a slash is matched against the name of a file or folder at
    any depth. One with a slash is matched against the path below `folder`, and
    against the whole path when it is read from the current directory. `*`, `?`
    and `[...]` stay between two slashes; `**` does not.

    Args:
        globs: the globs; slashes separate on every system.
        folder: the folder, as an absolute path.

    Returns:
        A function that tells whether an absolute path below the folder matches.

    >>> matches = left_out(["old", "lib/*_test.py"], os.path.abspath("src"))
    >>> matches(os.path.abspath("src/a/old")), matches(os.path.abspath("src/lib/a_test.py"))
    (True, True)
    >>> matches(os.path.abspath("src/older")), matches(os.path.abspath("src/lib/a/b_test.py"))
    (False, False)
    """
    import re

    start = os.path.join(folder, "")
    names: list[str] = []
    paths: list[str] = []
    for glob in map(os.path.normpath, globs):
        (paths if os.sep in glob else names).append(glob)
        whole = os.path.abspath(glob)
        if whole.startswith(start):
            paths.append(whole[len(start) :])
    flags = re.DOTALL | (re.IGNORECASE if os.name == "nt" else 0)
    name_matches = re.compile("|".join(map(_regex, names)) or "(?!)", flags).fullmatch
    path_matches = re.compile("|".join(map(_regex, paths)) or "(?!)", flags).fullmatch

    def matches(path: str) -> bool:
        below = path[len(start) :].replace(os.sep, "/")
        name = below.rpartition("/")[2]
        return name_matches(name) is not None or path_matches(below) is not None

    return matches


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
