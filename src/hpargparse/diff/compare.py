"""Facts of two sides to changes.

Owns which facts of two sides belong together and how they differ; knows neither
where they come from nor how a change is shown.
"""

from __future__ import annotations

from hpman.record import Record

from .facts import identity, same_value
from .renames import likely_renames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .facts import Fact

# In the order in which they are shown.
KINDS = ("added", "removed", "changed", "moved", "renamed")


class HintChange(Record):
    """Say how one hint differs; None where a side has it not.

    Attributes:
        name: the keyword.
        old: its value before, in a tuple.
        new: its value after, in a tuple.
    """

    __slots__ = ()
    name: str
    old: tuple[object] | None
    new: tuple[object] | None


class Change(Record):
    """Say how one hyperparameter differs.

    Attributes:
        kind: one of `KINDS`; what has moved and changed as well is changed.
        old: the fact before; None for what is added.
        new: the fact after; None for what is removed.
        default_differs: whether the default is another, or on one side only.
        hints: the hints that differ, by name.
        is_moved: whether it stands in another file.
    """

    __slots__ = ()
    kind: str
    old: Fact | None
    new: Fact | None
    default_differs: bool = False
    hints: tuple[HintChange, ...] = ()
    is_moved: bool = False

    @property
    def fact(self) -> Fact:
        """What it is now, or was last."""
        return self.new or self.old  # type: ignore[return-value] # one of them is there


def compare(old: Iterable[Fact], new: Iterable[Fact]) -> list[Change]:
    """Find what differs between two sides.

    Args:
        old: what one side says.
        new: what the other side says.

    Returns:
        The changes, sorted by kind, manager, name and place.

    >>> from .facts import Fact, Place
    >>> before = Fact("_", "lr", 1, "1", {}, "a.py", Place("a.py", 1))
    >>> [each.kind for each in compare([before], [before.replace(value=2, text="2")])]
    ['changed']
    """
    before, after = _by_name(old), _by_name(new)
    changes: list[Change] = []
    for key in sorted(before.keys() | after.keys()):
        for one, other in _pairs(before.get(key, []), after.get(key, [])):
            change = _difference(one, other)
            if change is not None:
                changes.append(change)
    renamed = likely_renames(
        [each for key, facts in before.items() if key not in after for each in facts],
        [each for key, facts in after.items() if key not in before for each in facts],
    )
    taken = {id(fact) for pair in renamed for fact in pair}
    changes = [each for each in changes if id(each.fact) not in taken]
    changes += [Change("renamed", a, b, is_moved=a.file != b.file) for a, b in renamed]
    return sorted(changes, key=_order)


def _by_name(facts: Iterable[Fact]) -> dict[tuple[str, str], list[Fact]]:
    """Group facts by what they are about."""
    found: dict[tuple[str, str], list[Fact]] = {}
    for each in facts:
        found.setdefault((each.placeholder, each.name), []).append(each)
    return found


def _pairs(old: list[Fact], new: list[Fact]) -> list[tuple[Fact | None, Fact | None]]:
    """Put together the facts of one name: of one file first, of one value next, then in order."""
    pairs: list[tuple[Fact | None, Fact | None]] = []
    rest = list(new)
    for belongs in (_is_same, _is_near, same_value, _is_any):
        left = []
        for each in old:
            match = next((other for other in rest if belongs(each, other)), None)
            if match is None:
                left.append(each)
            else:
                rest = [other for other in rest if other is not match]
                pairs.append((each, match))
        old = left
    return [*pairs, *((each, None) for each in old), *((None, each) for each in rest)]


def _is_same(old: Fact, new: Fact) -> bool:
    """Tell whether two facts are of one file and one value."""
    return old.file == new.file and same_value(old, new)


def _is_near(old: Fact, new: Fact) -> bool:
    """Tell whether two facts are of one file."""
    return old.file == new.file


def _is_any(_old: Fact, _new: Fact) -> bool:
    """Take what is left."""
    return True


def _difference(old: Fact | None, new: Fact | None) -> Change | None:
    """Compare two facts of one name; None where they are the same."""
    if old is None or new is None:
        return Change("added" if old is None else "removed", old, new)
    differs = not same_value(old, new)
    hints = () if old.hints is None or new.hints is None else _hints(old.hints, new.hints)
    is_moved = old.file is not None and new.file is not None and old.file != new.file
    if not (differs or hints or is_moved):
        return None
    return Change("changed" if differs or hints else "moved", old, new, differs, hints, is_moved)


def _hints(old: dict[str, object], new: dict[str, object]) -> tuple[HintChange, ...]:
    """Compare the hints of two facts."""
    return tuple(
        HintChange(
            name, (old[name],) if name in old else None, (new[name],) if name in new else None
        )
        for name in sorted(old.keys() | new.keys())
        if name not in old or name not in new or identity(old[name]) != identity(new[name])
    )


def _order(change: Change) -> tuple[object, ...]:
    """Sort by kind, manager, name, place."""
    fact = change.fact
    place = fact.place
    return (
        KINDS.index(change.kind),
        *(fact.placeholder, fact.name, place.path, place.line or 0, place.column or 0),
    )
