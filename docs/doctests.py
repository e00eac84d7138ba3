"""An extension of mkdocstrings: show the examples in docstrings as blocks of code."""

from __future__ import annotations

import re

import griffe

_EXAMPLE = re.compile(r"(?:^>>> .*(?:\n(?!\n).*)*\n*)+", re.MULTILINE)


class Doctests(griffe.Extension):  # type: ignore[misc]
    """Put a fence around each group of lines that begins with `>>>`."""

    def on_object(self, *, obj: griffe.Object, **_: object) -> None:
        """Rewrite the docstring of an object."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(docstring: str) -> str:
    r"""Return a docstring with fences.

    >>> fenced("Add.\n\n>>> 1 + 1\n2\n\n>>> 2\n2")
    'Add.\n\n```pycon\n>>> 1 + 1\n2\n\n>>> 2\n2\n```\n'
    """
    return (
        _EXAMPLE.sub(lambda match: f"```pycon\n{match[0].rstrip()}\n```\n\n", docstring).rstrip(
            "\n"
        )
        + "\n"
    )
