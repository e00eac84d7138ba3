"""Values and origins as HTML, for notebooks.

Owns the layout of the tables; must not know IPython.
"""

from __future__ import annotations

HEADERS = ("name", "value", "default", "set by")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .origin import Origin


def values_html(rows: Iterable[Sequence[str]]) -> str:
    """Return a table of values: names, values, defaults, and who set them.

    >>> "<td>lr</td>" in values_html([("lr", "1", "2", "--lr")])
    True
    """
    return _table(HEADERS, rows)


def explanation_html(origins: Iterable[Origin]) -> str:
    """Return a table of the origins of a value, the one that wins last.

    >>> explanation_html([]).count("<tr>")
    1
    """
    return _table(["place", "set by"], ([origin.place, origin.words] for origin in origins))


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    from html import escape

    def line(tag: str, cells: Iterable[str]) -> str:
        return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"

    body = "\n".join(line("td", row) for row in rows)
    return f"<table>\n<thead>{line('th', headers)}</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
