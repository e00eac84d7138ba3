"""Names that a manager can be called by in a source.

Owns which they are and how another one is refused; knows no manager and no source.
"""

from __future__ import annotations

# Behind "has to be", of an option or a setting.
RULE = "a name that Python can import, as in `from hpman.m import NAME`"


def is_placeholder(text: str) -> bool:
    """Tell whether sources can call a manager by a name.

    >>> [each for each in ("_", "größe", "a b", "a-b", "", "class") if is_placeholder(each)]
    ['_', 'größe']
    """
    from keyword import iskeyword

    return text.isidentifier() and not iskeyword(text)


def placeholder(text: str) -> str:
    """Read the word of an option that names a manager.

    Args:
        text: the word.

    Raises:
        argparse.ArgumentTypeError: no source can call a manager by it.

    >>> placeholder("hp")
    'hp'
    """
    if is_placeholder(text):
        return text
    from argparse import ArgumentTypeError

    raise ArgumentTypeError(f"{text!r} has to be {RULE}")
