"""Show changes as text or as JSON.

Owns symbols, columns, colours and the JSON document, whose shape stays the same
within a major version. Must not know how changes are found.
"""

from __future__ import annotations

from collections.abc import Sequence

from hpman import EMPTY, kind_name, show_literal
from hpman.text import display_width, escape

from .compare import KINDS, Change, Definition
from .pipeline import Comparison

Block = tuple[str, str, list[str]]  # a line, its place, and the lines below

_SYMBOLS = {"added": "+", "removed": "-", "changed": "~", "moved": ">", "renamed": "="}
_COLOURS = {"added": "32", "removed": "31", "changed": "33", "moved": "36", "renamed": "35"}


def text_report(comparison: Comparison, width: int = 80, *, is_coloured: bool = False) -> str:
    """Return one line per change, with its place on the right, for a terminal of a width."""
    old, new = escape(comparison.old.name), escape(comparison.new.name)
    if not comparison.changes:
        return f"No hyperparameter differs between {old} and {new}.\n"
    changes = sorted(
        comparison.changes,
        key=lambda change: (change.latest.placeholder != "_", change.latest.placeholder),
    )
    blocks = [_block(change, width) for change in changes]
    sizes = [(display_width(left) + 2, display_width(place)) for left, place, _ in blocks]
    column = max((left for left, place in sizes if left + place <= width), default=0)
    names_managers = any(change.latest.placeholder not in ("", "_") for change in changes)
    lines: list[str] = []
    manager = None
    for change, (left, place, details) in zip(changes, blocks, strict=True):
        if names_managers and change.latest.placeholder != manager:
            manager = change.latest.placeholder
            lines.append(f"hyperparameters of {escape(manager)}:")
        fits = column + display_width(place) <= width
        blanks = " " * max(column - display_width(left) if fits else 0, 2)
        shown = f"\x1b[{_COLOURS[change.kind]}m{left}\x1b[0m" if is_coloured else left
        lines.append(f"{shown}{blanks}{place}")
        lines += [f"    {detail}" for detail in details]
    summary = ", ".join(f"{count} {kind}" for kind, count in _counts(changes).items() if count)
    return "\n".join([*lines, f"{summary} ({old} -> {new})", ""])


def json_report(comparison: Comparison) -> str:
    """Show changes as one JSON document.

    Defaults are shown as written, hints as Python literals. `old` is null if the hyperparameter
    was added, and `new` if it was removed.
    """
    from ..cli.output import json_text

    old, new = (
        {"kind": side.kind, "name": side.name, "id": side.id or None}
        for side in (comparison.old, comparison.new)
    )
    changes = json_changes(comparison)
    counts, warnings = _counts(comparison.changes), comparison.warnings
    return json_text(
        {"old": old, "new": new, "changes": changes, "counts": counts, "warnings": warnings}
    )


def json_changes(comparison: Comparison) -> list[dict[str, object]]:
    """Return the changes for a JSON document."""
    return [_json_of_change(change) for change in comparison.changes]


def _counts(changes: Sequence[Change]) -> dict[str, int]:
    return {kind: sum(change.kind == kind for change in changes) for kind in KINDS}


def _block(change: Change, width: int) -> Block:
    """Return the line of a change, its place or places, and the lines below it."""
    old, new, latest = change.old, change.new, change.latest
    line, place = f"{_SYMBOLS[change.kind]} {escape(latest.name)}", escape(latest.place)
    details = [escape(side.note) for side in (old, new) if side is not None and side.note]
    details += [_hint_line(*hint) for hint in change.hints]
    if old is None or new is None:
        default = "" if latest.text is None else f" = {escape(_spelled(latest))}"
        return line + default, place, details
    if change.is_moved or change.kind == "renamed" or None in (old.file, new.file):
        place = f"{escape(old.place)} -> {place}"
    if change.kind == "renamed":
        certainty = "renamed" if change.is_certain else "likely renamed"
        line = f"{_SYMBOLS['renamed']} {escape(old.name)} -> {escape(new.name)} ({certainty})"
    if not change.is_certain and new.column is not None:  # a call; a snapshot has no columns
        from json import dumps

        hint = f"aliases=[{dumps(old.name, ensure_ascii=False)}]"
        details.append(escape(f"the hint {hint} would keep the old name usable"))
    if change.default_differs:
        before, after = escape(_spelled(old)), escape(_spelled(new))
        if len(f"{line}: {before} -> {after}") > width:
            return f"{line}:", place, [f"- {before}", f"+ {after}", *details]
        line = f"{line}: {before} -> {after}"
    return line, place, details


def _hint_line(name: str, old: object, new: object) -> str:
    if old is EMPTY:
        return escape(f"+ hint {name}={show_literal(new)}")
    if new is EMPTY:
        return escape(f"- hint {name}={show_literal(old)}")
    return escape(f"~ hint {name}: {show_literal(old)} -> {show_literal(new)}")


def _spelled(definition: Definition) -> str:
    """Return a default as written if that is one line."""
    if definition.text is None:
        return "(no default)"
    if "\n" not in definition.text:
        return definition.text
    if definition.is_literal:
        return show_literal(definition.value)
    return " ".join(definition.text.split())


def _json_of_change(change: Change) -> dict[str, object]:
    differs = {"default": change.default_differs, "hints": change.hints, "file": change.is_moved}
    return {
        "change": change.kind,
        "placeholder": change.latest.placeholder or None,
        "name": change.latest.name,
        "certain": change.is_certain,
        "differs": [name for name, is_different in differs.items() if is_different],
        "old": _json_of_definition(change.old),
        "new": _json_of_definition(change.new),
    }


def _json_of_definition(definition: Definition | None) -> dict[str, object] | None:
    if definition is None:
        return None
    kind = kind_name(type(definition.value)) if definition.is_literal else "expression"
    hints = definition.hints
    return {
        "name": definition.name,
        "default": None if definition.text is None else _spelled(definition),
        "type": None if definition.text is None else kind,
        "hints": hints and {name: show_literal(hints[name]) for name in sorted(hints)},
        "place": {
            "path": definition.path,
            **({} if definition.cell is None else {"cell": definition.cell}),
            "line": definition.line,
            "column": definition.column,
        },
        "note": definition.note or None,
    }
