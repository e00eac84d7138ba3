"""Values and origins as rows of text and as HTML, for notebooks.

Owns the layout of the tables; must not know IPython.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..manager import HyperParameterManager
    from .origin import Origin

HEADERS = ("name", "value", "default", "set by")


def value_rows(manager: HyperParameterManager) -> list[tuple[str, str, str, str]]:
    """Return a row of `HEADERS` for each hyperparameter of a manager."""
    from ..literals import readable_repr

    values, rows = manager.get_values(), []
    for name in (item.name for item in manager.hyperparameters()):
        chain = manager.explain(name) if name in values else ()
        default = next((origin for origin in chain if origin.is_default), None)
        shown = "" if default is None else default.text or readable_repr(default.value)
        by = str(chain[-1]) if chain and not chain[-1].is_default else ""
        rows.append((name, readable_repr(values[name]) if chain else "", shown, by))
    return rows


def values_html(rows: Iterable[Sequence[str]]) -> str:
    """Return a table of values: names, values, defaults, and who set them."""
    return _table(HEADERS, rows)


def explanation_html(origins: Iterable[Origin]) -> str:
    """Return a table of the origins of a value, the one that wins last."""
    return _table(["place", "set by"], ([origin.place, origin.words] for origin in origins))


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    from html import escape

    def line(tag: str, cells: Iterable[str]) -> str:
        return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"

    body = "\n".join(line("td", row) for row in rows)
    return f"<table>\n<thead>{line('th', headers)}</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
