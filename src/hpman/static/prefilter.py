"""Search the bytes of a file to decide whether it may contain a hyperparameter.

Owns the decision which files are parsed; must not know how they are parsed.
"""

from __future__ import annotations

from .binding_scopes import NAMING, ROOT
from .syntax import UnparsableError, decode, is_utf_8

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def prefilter(placeholders: Iterable[str]) -> Callable[[bytes], bool]:
    r"""Return a function that tests whether the bytes of a file may contain a hyperparameter.

    A file may contain one if it calls a placeholder by its bare name or a method of it, or
    if it mentions `hpman`. If the function returns False, a parse would find nothing.

    >>> may_hold = prefilter(["_"])
    >>> may_hold(b'_("lr", 1e-3)'), may_hold(b"for _ in range(3): pass")
    (True, False)
    >>> may_hold(b'(_ \\\n) ("lr")'), may_hold(b"from hpman.m import _ as x")
    (True, True)
    """
    import re

    # For a short literal, a search by `re` is faster than `in`.
    calls = [_call(re.escape(name.encode())) for name in placeholders if name]
    searches = [re.compile(pattern).search for pattern in (ROOT.encode(), *calls)]

    def may_hold(data: bytes) -> bool:
        if not is_utf_8(data):
            try:  # noqa: SIM105 - contextlib is slow to import
                data = decode(data).encode(errors="surrogatepass")
            except UnparsableError:
                pass  # its bytes decide whether it is reported
        for search in searches:  # noqa: SIM110 - `any` with a generator is slower
            if search(data):
                return True
        return False

    return may_hold


def _call(name: bytes) -> bytes:
    """Return the pattern of a word that is called, or has a method that takes names.

    Blanks, line joins or closing brackets may come in between.
    """
    # A look-behind in front of the literal would make the search ten times slower. A comment may
    # come before the `(`. Few names are followed by a comment, so these files are parsed.
    methods = "|".join(sorted(NAMING)).encode()
    start = name + rb"(?<![\w.]" + name + rb")(?<!def " + name + rb")[\s\\)]*"
    return start + rb"(?:[(#]|\.\s*(?:" + methods + rb")\b)"
