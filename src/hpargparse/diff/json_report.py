"""Changes as JSON for programs.

Owns the shape of the document, which stays as it is within one major version;
knows not how changes are found.
"""

from __future__ import annotations

from hpman.literals import show_literal

from ..cli.documents import json_document
from .compare import KINDS
from .report import spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .compare import Change
    from .facts import Fact
    from .operands import Named


def json_report(
    changes: Sequence[Change], old: Named, new: Named, warnings: Sequence[str] = ()
) -> str:
    """Show changes as one JSON document.

    It has the keys `old`, `new` (each the `kind` of a side, its `name`, and the `id`
    of a revision), `changes`, `counts` by kind, and `warnings`. Each change has
    `change`, `placeholder`, `name`, `old` and `new`, of which one is null for what is
    added or removed, and `differs`: which of `default`, `hints`, `file` do. A side of a
    change has `name`, `default` as it is written, `type`, `hints` spelled as Python does,
    `place`, and what else is to be said as `note`.

    Args:
        changes: the changes, sorted.
        old: what one side is.
        new: what the other is.
        warnings: what could not be compared.

    >>> import json
    >>> from .operands import Named
    >>> shown = json_report([], Named("revision", "HEAD", "1f"), Named("snapshot", "a.yaml"))
    >>> json.loads(shown)["old"]
    {'kind': 'revision', 'name': 'HEAD', 'id': '1f'}
    """
    document = {
        "old": _side(old),
        "new": _side(new),
        "changes": [_change(each) for each in changes],
        "counts": {kind: sum(each.kind == kind for each in changes) for kind in KINDS},
        "warnings": list(warnings),
    }
    return json_document(document)


def _side(named: Named) -> dict[str, str | None]:
    """Describe a side."""
    return {"kind": named.kind, "name": named.word, "id": named.found or None}


def _change(change: Change) -> dict[str, object]:
    """Describe a change."""
    differs = {
        "default": change.default_differs,
        "hints": bool(change.hints),
        "file": change.is_moved,
    }
    return {
        "change": change.kind,
        "placeholder": change.fact.placeholder or None,
        "name": change.fact.name,
        "differs": [what for what, does in differs.items() if does],
        "old": _fact(change.old),
        "new": _fact(change.new),
    }


def _fact(fact: Fact | None) -> dict[str, object] | None:
    """Describe one side of a change."""
    if fact is None:
        return None
    kind = (
        None
        if fact.text is None
        else type(fact.value).__name__
        if fact.is_literal
        else "expression"
    )
    hints = fact.hints
    return {
        "name": fact.name,
        "default": None if fact.text is None else spelled(fact),
        "type": kind,
        "hints": None
        if hints is None
        else {each: show_literal(hints[each]) for each in sorted(hints)},
        "place": {"path": fact.place.path, "line": fact.place.line, "column": fact.place.column},
        "note": fact.note or None,
    }
