"""Two indexes of sources to facts that can be compared.

Owns what is left out where one side cannot be read, and what is said of it;
knows neither git nor how facts are compared.
"""

from __future__ import annotations

from hpman import Diagnostic
from hpman.record import Record

from .facts import facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from hpman import Index

    from .facts import Fact, Locate

_BROKEN = "HPM001"
_FEW = 3  # places that a sentence can hold
_WAY_OUT = "Nothing is left of this side to compare. Mend the file, or compare something else."


class Side(Record):
    """Hold what was read of one side.

    Attributes:
        prefix: what stands before its paths, as `HEAD:` for a revision.
        sources: what was read.
        locate: tells which file a source is on either side, and how it is shown.
        unreadable: why a file cannot be read, by the path of its source.
    """

    __slots__ = ()
    prefix: str
    sources: Index
    locate: Locate
    unreadable: Mapping[str, str]

    def texts(self) -> dict[str, str]:
        """Return the text of each file that holds anything, by what it is on either side."""
        return {
            self.locate(file.source.path)[0]: file.source.text
            for file in self.sources.files.values()
        }

    def broken(self) -> set[str]:
        """Return the files that are no Python, or cannot be read."""
        found = {
            self.locate(file.source.path)[0]
            for file in self.sources.files.values()
            if any(each.code == _BROKEN for each in file.diagnostics)
        }
        return found | {self.locate(path)[0] for path in self.unreadable}

    def without(self, files: Collection[str]) -> Index:
        """Return the index without some files."""
        keys = [
            key
            for key, file in self.sources.files.items()
            if self.locate(file.source.path)[0] in files
        ]
        return self.sources.swap((), keys) if keys else self.sources

    def faults(self) -> list[Diagnostic]:
        """Return why nothing that may hold a hyperparameter can be read; none where some can."""
        if self.without(self.broken()).files:
            return []
        problems = [
            each.replace(path=f"{self.prefix}{self.locate(file.source.path)[1]}", advice=_WAY_OUT)
            for file in self.sources.files.values()
            for each in file.diagnostics
            if each.code == _BROKEN
        ]
        problems += [
            Diagnostic(_BROKEN, _unreadable(reason), _WAY_OUT, self.locate(path)[1])
            for path, reason in self.unreadable.items()
        ]
        return problems


def placeholders_of(sides: Sequence[Side], asked: Sequence[str]) -> list[str]:
    """Return the managers to look at: those asked for, else all that there are."""
    return sorted(set(asked) or set().union(*(each.sources.placeholders() for each in sides)))


def facts_of_one(side: Side, asked: Sequence[str]) -> tuple[list[Fact], list[str]]:
    """Return what one side says, beside a snapshot, and a sentence on what cannot be read.

    Facts are those of all managers, sentences of those that are asked for.
    """
    managers = placeholders_of([side], asked)
    index = side.without(side.broken())
    found = facts(index, side.locate, placeholders_of([side], ()))
    return list(found), list(_problems(side, {}, managers))


def facts_of_both(
    old: Side, new: Side, asked: Sequence[str]
) -> tuple[list[Fact], list[Fact], list[str]]:
    """Return what each of two sides says, and a sentence on each thing that cannot be read.

    A file that cannot be read on one side is left out on both: what is in it has not
    gone. The same holds for a name whose calls cannot be read.

    Args:
        old: one side.
        new: the other.
        asked: the managers; all that there are for none.
    """
    managers = placeholders_of([old, new], asked)
    broken = old.broken() | new.broken()
    found = []
    lost: set[tuple[str, str]] = set()
    for side, other in ((old, new), (new, old)):
        index = side.without(broken)
        found.append(list(facts(index, side.locate, managers)))
        lost.update(_lost(index, side, other.texts()))
    warnings = [*_problems(old, new.texts(), managers), *_problems(new, old.texts(), managers)]
    first, second = ([each for each in one if _key(each) not in lost] for one in found)
    return first, second, warnings


def several(facts: Sequence[Fact], side: str, names: Collection[tuple[str, str]]) -> Iterator[str]:
    """Yield a sentence on each of some names that has several defaults on one side.

    Args:
        facts: what the side says.
        side: what it is called.
        names: the managers and names to look at.
    """
    found: dict[tuple[str, str], list[Fact]] = {}
    for each in facts:
        if _key(each) in names:
            found.setdefault(_key(each), []).append(each)
    many = [(name, same) for (_manager, name), same in sorted(found.items()) if len(same) > 1]
    for name, same in many[:_FEW]:
        places = ", ".join(str(each.place) for each in same[:_FEW])
        more = f" and {len(same) - _FEW} more" if len(same) > _FEW else ""
        yield (
            f"`{name}` has {len(same)} defaults in {side}: {places}{more}; each is compared "
            "on its own."
        )
    if len(many) > _FEW:
        yield f"{len(many) - _FEW} more names have several defaults in {side}."


def _key(fact: Fact) -> tuple[str, str]:
    """Return what a fact is about."""
    return fact.placeholder, fact.name


def _lost(index: Index, side: Side, other: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the names that a side has in calls that cannot be read only."""
    for file in index.files.values():
        if other.get(side.locate(file.source.path)[0]) == file.source.text:
            continue
        for each in file.diagnostics:
            key = each.placeholder or "", each.name or ""
            if all(key) and index.definition(*key) is None:
                yield key


def _problems(side: Side, other: Mapping[str, str], managers: Sequence[str]) -> Iterator[str]:
    """Yield a sentence on each problem of a side, of files that the other has otherwise."""
    for path, reason in side.unreadable.items():
        shown = side.locate(path)[1]
        yield f"{side.prefix}{shown}: {_unreadable(reason)} It is left out."
    for file in side.sources.files.values():
        path, shown = side.locate(file.source.path)
        if other.get(path) != file.source.text:
            for each in file.diagnostics:
                if each.placeholder is None or each.placeholder in managers:
                    yield f"{side.prefix}{_placed(each, shown)}"


def _unreadable(reason: str) -> str:
    """Say why a file cannot be read."""
    return f"This file cannot be read: {reason}."


def _placed(problem: Diagnostic, path: str) -> str:
    """Say what is wrong, where, and what that means here."""
    place = problem.replace(path=path).place
    what = "The file" if problem.code == _BROKEN else "The call"
    return f"{place}: {problem.message} {what} is left out."
