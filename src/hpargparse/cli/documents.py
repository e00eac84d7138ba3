"""JSON documents for programs, as commands write them.

Owns how such a document is spelled; knows nothing of what it says, nor of files
of values.
"""

from __future__ import annotations

import json


def json_document(data: object) -> str:
    r"""Spell data as a JSON document, laid out for people.

    Args:
        data: what JSON can hold. Lone surrogates, which a path may hold and UTF-8 has
            not, are escaped.

    >>> print(json_document({"path": "größe\udcff.py"}), end="")
    {
      "path": "größe\udcff.py"
    }
    """
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"
