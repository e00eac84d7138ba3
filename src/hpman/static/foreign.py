"""A name that a module imports from elsewhere under another original name.

Owns how that is told from the head of a file alone; must not know who asks.
"""

from __future__ import annotations


def imports_foreign(data: bytes, name: bytes) -> bool:
    r"""Tell whether a module binds a name by `from x import y as name`, and by no other import.

    The statement has to stand in a line of its own at the top of the module,
    or first in a `try`. What comes before it has to parse with it: so it is
    in no string and no bracket that is open. What comes behind is not looked at,
    but for import statements that bind the name to the same name of a module.

    Args:
        data: the bytes of a file, in UTF-8.
        name: the name.

    >>> imports_foreign(b"import os\nfrom gettext import gettext as _\n", b"_")
    True
    >>> imports_foreign(b"'''\nfrom gettext import gettext as _\n'''", b"_")
    False
    """
    import re

    listed = rb"(?:[\w \t,]*,[ \t]*)?(?!" + name + rb"[ \t])\w+[ \t]+as[ \t]+" + name
    found = re.search(
        rb"^([ \t]*)from[ \t]+[\w.]+[ \t]+import[ \t]+" + listed + rb"(?![\w\x80-\xff])",
        data,
        re.MULTILINE,
    )
    if found is None or _may_import_as_it_is(data, name):
        return False
    return _ends_in_import(data[: found.end()], is_indented=bool(found[1]))


def _may_import_as_it_is(data: bytes, name: bytes) -> bool:
    """Tell whether an import statement may bind a name to the same name of a module."""
    import re

    lists = rb"\bimport\b(?:(?:[ \t\f]|\\[\r\n]+)*\((?:[^)#]|#[^\r\n]*)*|(?:[^\\\r\n]|\\[\r\n]+)*)"
    is_bound = re.compile(rb"(?<![\w\x80-\xff])(?<! as )" + name + rb"(?![\w\x80-\xff])").search
    return any(is_bound(each) for each in re.findall(lists, data))


def _ends_in_import(head: bytes, *, is_indented: bool) -> bool:
    """Tell whether the last statement of a module's head is an import of the module's scope."""
    from _ast import ImportFrom

    from .syntax import UnparsableError, parse

    try:
        tree = parse(head.decode() + ("\nfinally: pass" if is_indented else ""))
    except (UnicodeDecodeError, UnparsableError):
        return False
    last = tree.body[-1]
    if is_indented:
        last = getattr(last, "body", [last])[-1]
    return type(last) is ImportFrom
