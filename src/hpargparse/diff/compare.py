"""Compare the definitions of two sides.

Owns what a definition is, which definitions are paired and how they differ.
Must not know where they were read, nor how a change is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product, starmap

from hpman import EMPTY, Frozen, NotLiteralEvaluable, show_literal
from hpman.names import closest

# The name, old and new value of a hint; `EMPTY` on a side that lacks it.
HintChange = tuple[str, object, object]

# In the order of reports.
KINDS = ("added", "removed", "changed", "moved", "renamed")


class Definition(Frozen):
    """What one side says about a hyperparameter."""

    __slots__ = ()
    placeholder: str  # empty if two snapshots are compared
    name: str
    value: object  # `EMPTY` if there is none
    text: str | None  # the value as written
    hints: dict[str, object] | None  # None in a snapshot
    file: tuple[object, ...] | None  # what identifies it on both sides; None in a snapshot
    path: str
    line: int | None = None
    column: int | None = None
    note: str = ""  # for a report
    aliases: tuple[str, ...] = ()  # also beside a snapshot
    cell: int | None = None  # of a notebook, in which lines count

    @property
    def key(self) -> tuple[str, str]:
        """The placeholder and the name."""
        return self.placeholder, self.name

    @property
    def place(self) -> str:
        """`path:line`, in a notebook `path:cell number:line`."""
        parts = (self.path, self.cell and f"cell {self.cell}", self.line)
        return ":".join(str(part) for part in parts if part is not None)

    @property
    def is_literal(self) -> bool:
        """Whether there is a default that is known without running the program."""
        return self.text is not None and not isinstance(self.value, NotLiteralEvaluable)

    @property
    def identity(self) -> str:
        """A string that two definitions share if and only if their defaults are the same."""
        if self.text is None:
            return ""
        if self.is_literal:
            return f"value {canonical(self.value)}"
        return f"expression {_normalized(self.text)}"


class Change(Frozen):
    """How one hyperparameter differs. The kind "changed" may include a move to another file.

    `old` is None if the hyperparameter was added, and `new` if it was removed. A rename is
    certain if the hint `aliases` declares it.
    """

    __slots__ = ()
    kind: str
    old: Definition | None
    new: Definition | None
    default_differs: bool = False
    hints: tuple[HintChange, ...] = ()
    is_moved: bool = False
    is_certain: bool = True

    @property
    def latest(self) -> Definition:
        """The new definition, or the old one if it was removed."""
        return self.new or self.old  # type: ignore[return-value] # one of them is there


def compare(old: Iterable[Definition], new: Iterable[Definition]) -> list[Change]:
    """Return the changes between two sides, sorted by kind, manager, name and place.

    >>> before = Definition("_", "lr", 1, "1", {}, None, "a.py", 1)
    >>> [change.kind for change in compare([before], [before.replace(value=2, text="2")])]
    ['changed']
    """
    before, after = _by_name(old), _by_name(new)
    removed = [old for key in before.keys() - after.keys() for old in before[key]]
    added = [new for key in after.keys() - before.keys() for new in after[key]]
    pairs = [
        pair for key in before.keys() & after.keys() for pair in _pairs(before[key], after[key])
    ]
    changes = []
    for renames in (_declared_renames, _likely_renames):
        changes += (renamed := [*renames(removed, added)])
        paired = {id(side) for change in renamed for side in (change.old, change.new)}
        removed, added = ([d for d in side if id(d) not in paired] for side in (removed, added))
    pairs += [*((old, None) for old in removed), *((None, new) for new in added)]
    changes += filter(None, starmap(_difference, pairs))
    return sorted(changes, key=_order)


def canonical(value: object) -> str:
    """Return a string that two literals share if and only if their types and values are equal.

    nan equals nan, -0.0 differs from 0.0, and the order of a dict or set does not count.

    >>> canonical(1) == canonical(1.0), canonical({1: 2, 3: 4}) == canonical({3: 4, 1: 2})
    (False, True)
    """
    if isinstance(value, dict):
        items = (f"{canonical(key)}: {canonical(item)}" for key, item in value.items())
        return f"{{{', '.join(sorted(items))}}}"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}({', '.join(map(canonical, value))})"
    return show_literal(value)


def _normalized(expression: str) -> str:
    """Return an expression without its layout: blanks, quotes, brackets, comments."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(f"({expression}\n)", mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # such as `*names`
        return expression


def _by_name(definitions: Iterable[Definition]) -> dict[tuple[str, str], list[Definition]]:
    groups: dict[tuple[str, str], list[Definition]] = {}
    for definition in definitions:
        groups.setdefault(definition.key, []).append(definition)
    return groups


def _pairs(
    old: list[Definition], new: list[Definition]
) -> Iterator[tuple[Definition | None, Definition | None]]:
    """Pair the definitions of one name: of the same file first, then of the same default."""

    def distance(pair: tuple[Definition, Definition]) -> tuple[bool, bool]:
        return pair[0].file != pair[1].file, pair[0].identity != pair[1].identity

    old, new = list(old), list(new)
    for before, after in sorted(product(old, new), key=distance):
        if before in old and after in new:
            old.remove(before)
            new.remove(after)
            yield before, after
    yield from ((before, None) for before in old)
    yield from ((None, after) for after in new)


def _difference(old: Definition | None, new: Definition | None) -> Change | None:
    """Return how two definitions differ, or None. Their names differ if one is an alias."""
    if old is None or new is None:
        return Change("added" if old is None else "removed", old, new)
    default_differs = old.identity != new.identity
    is_renamed = old.name != new.name
    hints = () if old.hints is None or new.hints is None else _hint_changes(old.hints, new.hints)
    if is_renamed:
        hints = tuple(hint for hint in hints if hint[0] != "aliases")
    is_moved = old.file is not None and new.file is not None and old.file != new.file
    if not (is_renamed or default_differs or hints or is_moved):
        return None
    kind = "renamed" if is_renamed else "changed" if default_differs or hints else "moved"
    return Change(kind, old, new, default_differs, hints, is_moved)


def _hint_changes(old: dict[str, object], new: dict[str, object]) -> tuple[HintChange, ...]:
    hints = ((name, old.get(name, EMPTY), new.get(name, EMPTY)) for name in sorted({**old, **new}))
    return tuple(hint for hint in hints if canonical(hint[1]) != canonical(hint[2]))


def _declared_renames(removed: list[Definition], added: list[Definition]) -> Iterator[Change]:
    """Pair definitions if the hint `aliases` of one of them has the name of the other."""
    before, after = _by_name(removed), _by_name(added)
    declared = [((new.placeholder, alias), new.key) for new in added for alias in new.aliases]
    declared += [(old.key, (old.placeholder, alias)) for old in removed for alias in old.aliases]
    for old_key, new_key in sorted(declared):
        if old_key in before and new_key in after:
            for old, new in _pairs(before.pop(old_key), after.pop(new_key)):
                change = old and new and _difference(old, new)
                if change:
                    yield change


def _likely_renames(removed: list[Definition], added: list[Definition]) -> Iterator[Change]:
    """Pair definitions with equal defaults and hints if each name is the closest to the other."""
    groups: dict[object, tuple[dict[str, Definition], dict[str, Definition]]] = {}
    for side, definitions in enumerate((removed, added)):
        for definition in definitions:
            if definition.text is not None:
                look = definition.placeholder, definition.identity, canonical(definition.hints)
                groups.setdefault(look, ({}, {}))[side][definition.name] = definition
    for old, new in groups.values():
        for before in old.values():
            for name in closest(before.name, new):
                if closest(name, old) == [before.name]:
                    is_moved = before.file != new[name].file
                    yield Change("renamed", before, new[name], is_moved=is_moved, is_certain=False)


def _order(change: Change) -> tuple[object, ...]:
    latest = change.latest
    place = latest.path, latest.cell or 0, latest.line or 0, latest.column or 0
    return KINDS.index(change.kind), *latest.key, *place
