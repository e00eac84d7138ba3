"""Many texts to one immutable index of hyperparameters by name.

Owns how the facts of all texts are put together, in source order, and how one
text is swapped; knows neither where texts come from nor what is wrong with them.
"""

from __future__ import annotations

from ..errors import EMPTY
from ..names import ancestors
from ..occurrence import Occurrence
from ..record import Record, Slotted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from .._text import Source
    from ..diagnostics import Diagnostic

    # Most names stand at one place: their occurrence is spared a tuple of its own.
    Names = dict[str, Occurrence | tuple[Occurrence, ...]]


class ModuleScan(Record):
    """The result of scanning one source text.

    Attributes:
        source: the text. Its key identifies the file and gives its place in the order.
        occurrences: the calls of managers, in source order.
        diagnostics: the problems, in source order.
        managers: the placeholders of the managers that the module imports from hpman or makes.
        reexports: the placeholders that the module imports from elsewhere under the same
            name, with the module they come from, such as `("_", "..common")`.
        is_text: whether the text was passed to `parse_source`, not read from a file.
    """

    __slots__ = ()
    source: Source
    occurrences: tuple[Occurrence, ...]
    diagnostics: tuple[Diagnostic, ...]
    managers: frozenset[str] = frozenset()
    reexports: tuple[tuple[str, str], ...] = ()
    is_text: bool = False

    def with_faulty(self) -> ModuleScan:
        """Return the file with those calls, too, of which all but a hint can be read."""
        faulty = {
            (each.placeholder, each.line, each.column): each
            for finding in self.diagnostics
            for each in finding.occurrences
        }
        if not faulty:
            return self
        both = sorted((*self.occurrences, *faulty.values()), key=source_order)
        return self.replace(occurrences=tuple(both))


class HyperParameter(Record):
    """Describe one hyperparameter: all that is known of a name.

    Attributes:
        name: the flat name.
        value: the default, `EMPTY` where there is none.
        hints: the keywords of all its calls; those of the definition win.
        definition: the occurrence that carries the default, or None.
        occurrences: all its occurrences, in source order.
    """

    __slots__ = ()
    name: str
    value: Any
    hints: dict[str, Any]
    definition: Occurrence | None = None
    occurrences: tuple[Occurrence, ...] = ()


class Index(Slotted):
    """Hold the occurrences of many texts, by name and in source order.

    An index never changes: `swap` gives a new one, at the price of the texts
    that it swaps, not of all.

    Args:
        separator: what separates the parts of a nested name.

    Attributes:
        most_parts: how many parts a name has at most, in sources and in files of values;
            the names above it take memory in the square of their number.

    >>> from hpman._text import Source
    >>> from hpman.static.extract import extract
    >>> source = Source("a.py", '_("lr", 1e-3)')
    >>> index = Index().swap([extract(source, frozenset({"_"}))])
    >>> [each.value for each in index.named("_", "lr")]
    [0.001]
    >>> index.swap([], without=[source.key]).names("_")
    []
    """

    __slots__ = ("_branches", "_files", "_names", "_sorted", "separator")
    most_parts = 250

    def __init__(self, separator: str = ".") -> None:
        """Start with nothing in it."""
        self.separator: str = separator
        self._files: dict[tuple[object, ...], ModuleScan] = {}
        # By placeholder: the occurrences of each name; how many names are below each branch;
        # all names in order, when somebody has asked what is below one.
        self._names: dict[str, Names] = {}
        self._branches: dict[str, dict[str, int]] = {}
        self._sorted: dict[str, list[str]] = {}

    @property
    def files(self) -> Mapping[tuple[object, ...], ModuleScan]:
        """What was found in each text, by the key of its source."""
        return self._files

    def swap(
        self, files: Iterable[ModuleScan], without: Iterable[tuple[object, ...]] = ()
    ) -> Index:
        """Return an index in which some texts are replaced, added or left out.

        Args:
            files: what was found in the texts that come in.
            without: the keys of texts that go; those that are not there are no
                concern.
        """
        index = Index(self.separator)
        index._files = dict(self._files)
        index._names = {each: dict(names) for each, names in self._names.items()}
        index._branches = {each: dict(counts) for each, counts in self._branches.items()}
        incoming = list(files)
        for key in (*without, *(each.source.key for each in incoming)):
            gone = index._files.pop(key, None)
            if gone is not None and gone.occurrences:
                index._forget(gone)
        added: dict[str, dict[str, Occurrence | list[Occurrence]]] = {}
        for file in incoming:
            index._files[file.source.key] = file
            for each in file.occurrences:
                names = added.setdefault(each.placeholder, {})
                there = names.setdefault(each.name, each)
                if isinstance(there, list):
                    there.append(each)
                elif there is not each:
                    names[each.name] = [there, each]
        for placeholder, names in added.items():
            index._add(placeholder, names)
        return index

    def names(self, placeholder: str) -> list[str]:
        """Return the names of a manager's hyperparameters, in source order."""
        return list(dict.fromkeys(each.name for each in self.occurrences(placeholder)))

    def named(self, placeholder: str, name: str) -> tuple[Occurrence, ...]:
        """Return the occurrences of one hyperparameter, in source order."""
        names = self._names.get(placeholder)
        found = names.get(name, ()) if names is not None else ()
        return (found,) if isinstance(found, Occurrence) else found

    def definition(self, placeholder: str, name: str) -> Occurrence | None:
        """Return the occurrence that carries the default of a hyperparameter, or None."""
        for each in self.named(placeholder, name):
            if each.is_definition:
                return each
        return None

    def occurrences(self, placeholder: str) -> Iterator[Occurrence]:
        """Yield the occurrences of a manager's hyperparameters, in source order."""
        for file in sorted(self._files.values(), key=_file_order):
            for each in file.occurrences:
                if each.placeholder == placeholder:
                    yield each

    def defaults(self, placeholder: str) -> tuple[dict[str, Any], bool]:
        """Return the default of each name of a manager, in source order, `EMPTY` where it has none.

        A branch that the program asks for as a whole is left out.

        Returns:
            The defaults, and whether no name has two, no branch has one, and none is too deep.
        """
        branches = self._branches.get(placeholder, {})
        found: dict[str, Any] = {}
        is_sound = True
        for each in self.occurrences(placeholder):
            name = each.name
            if each.is_definition:
                if name in branches or found.get(name, EMPTY) is not EMPTY:
                    is_sound = False
                found[name] = each.value
            elif name not in branches:
                found.setdefault(name, EMPTY)
        return found, is_sound and not any(map(self.is_too_deep, found))

    def hyperparameters(self, placeholder: str) -> Iterator[HyperParameter]:
        """Yield what is known of each name of a manager, in source order.

        A branch that the program asks for as a whole, as `_("model")` beside
        `_("model.depth", 4)`, is no hyperparameter of its own.
        """
        names = self._names.get(placeholder, {})
        for name in self.names(placeholder):
            only = names[name]
            if isinstance(only, Occurrence) and only.is_definition:  # as most are
                yield HyperParameter(name, only.value, dict(only.hints), only, (only,))
                continue
            occurrences = self.named(placeholder, name)
            definition = self.definition(placeholder, name)
            if definition is None and self.is_branch(placeholder, name):
                continue
            hints: dict[str, Any] = {}
            for each in (*occurrences, *filter(None, [definition])):
                hints.update(each.hints)
            value = EMPTY if definition is None else definition.value
            yield HyperParameter(name, value, hints, definition, occurrences)

    def placeholders(self) -> set[str]:
        """Return the placeholders of all managers that have an occurrence."""
        return {placeholder for placeholder, names in self._names.items() if names}

    def is_branch(self, placeholder: str, name: str) -> bool:
        """Tell whether some hyperparameter is named below this name."""
        return name in self._branches.get(placeholder, ())

    def below(self, placeholder: str, name: str) -> Iterator[str]:
        """Yield the names below a branch, as they sort."""
        from bisect import bisect_left

        names = self._sorted.get(placeholder)
        if names is None:
            names = self._sorted[placeholder] = sorted(self._names.get(placeholder, ()))
        prefix = name + self.separator
        for number in range(bisect_left(names, prefix), len(names)):
            if not names[number].startswith(prefix):
                break
            yield names[number]

    def is_too_deep(self, name: str) -> bool:
        """Tell whether a name has more parts than any may have."""
        return name.count(self.separator) >= self.most_parts

    def prefixes(self, name: str) -> Iterator[str]:
        """Give the names of the branches above a name, the outermost first.

        Those above a name that is too deep are none: they would fill the memory.
        """
        return iter(()) if self.is_too_deep(name) else ancestors(name, self.separator)

    def _add(self, placeholder: str, added: Mapping[str, Occurrence | list[Occurrence]]) -> None:
        """Put occurrences among those that are there."""
        names = self._names.setdefault(placeholder, {})
        for name, found in added.items():
            is_new = name not in names
            if is_new and self.separator in name:
                branches = self._branches.setdefault(placeholder, {})
                for prefix in self.prefixes(name):
                    branches[prefix] = branches.get(prefix, 0) + 1
            if is_new and isinstance(found, Occurrence):
                names[name] = found
                continue
            there = () if is_new else self.named(placeholder, name)
            both = [*there, *([found] if isinstance(found, Occurrence) else found)]
            if both[0].source is not both[-1].source:  # those of one text are in order
                both.sort(key=source_order)
            names[name] = tuple(both)

    def _forget(self, file: ModuleScan) -> None:
        """Take the occurrences of one text out."""
        for placeholder, name in {(each.placeholder, each.name) for each in file.occurrences}:
            names = self._names[placeholder]
            there = self.named(placeholder, name)
            rest = tuple(each for each in there if each.source.key != file.source.key)
            if rest:
                names[name] = rest
                continue
            del names[name]
            for prefix in self.prefixes(name):
                branches = self._branches[placeholder]
                branches[prefix] -= 1
                if not branches[prefix]:
                    del branches[prefix]


def source_order(each: Occurrence) -> tuple[object, int, int]:
    """Sort by file, then line, then column."""
    return each.source.key, each.line, each.column


def _file_order(file: ModuleScan) -> tuple[object, ...]:
    """Sort by file."""
    return file.source.key
