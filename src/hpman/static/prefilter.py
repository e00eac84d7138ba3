"""Search the bytes of a file to decide whether it may contain a hyperparameter.

Owns the decision which files are parsed; must not know how they are parsed.
"""

from __future__ import annotations

from .scopes import ROOT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PACKAGE = ROOT.encode()


def prefilter(placeholders: Iterable[str], *, any_manager: bool = False) -> Callable[[bytes], bool]:
    r"""Return a function that tests whether the bytes of a file may contain a hyperparameter.

    A file may contain one if it calls a placeholder by its bare name, or if it mentions
    the placeholder and `hpman`. If the function returns False, a parse would find
    nothing. Names are compared as UTF-8 bytes, without normalization.

    Args:
        placeholders: the names whose bare calls count.
        any_manager: whether a file that only mentions `hpman` passes, because it may
            contain hyperparameters of other managers.

    >>> may_hold = prefilter(["_"])
    >>> may_hold(b'_("lr", 1e-3)'), may_hold(b"for _ in range(3): pass")
    (True, False)
    >>> may_hold(b'(_ \\\n) ("lr")'), may_hold(b"from hpman.m import _ as x")
    (True, True)
    """
    import re

    names = [name for name in placeholders if name]
    literals = [re.escape(name.encode()) for name in names]
    # For the short names that are usual, `re` is faster than `in`.
    searches = [(re.compile(name).search, re.compile(_call(name)).search) for name in literals]
    is_ascii = all(map(str.isascii, names))

    def may_hold(data: bytes) -> bool:
        if any_manager and _PACKAGE in data:
            return True
        if any(word(data) and (call(data) or _PACKAGE in data) for word, call in searches):
            return True
        # In another encoding (PEP 263), only ASCII has the same bytes as in UTF-8.
        return not is_ascii and any(b"coding" in line for line in data.split(b"\n", 2)[:2])

    return may_hold


def _call(name: bytes) -> bytes:
    """Return the pattern of a word, then blanks, line joins or closing brackets, then `(`."""
    # A look-behind in front of the literal would make the search ten times slower. A comment may
    # come before the `(`. Few names are followed by a comment, so these files are parsed.
    return name + rb"(?<![\w.]" + name + rb")(?<!def " + name + rb")[\s\\)]*[(#]"
