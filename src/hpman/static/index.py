"""An immutable index of the hyperparameters in many texts.

Owns how occurrences are collected in source order, and how texts are replaced; must not know
where texts come from, nor what is wrong with them.
"""

from __future__ import annotations

from ..errors import EMPTY
from ..frozen import Frozen
from ..literals import is_computed
from ..names import ancestors, literal_scopes, old_names
from ..occurrence import Mention, Occurrence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from ..diagnostics import Diagnostic
    from ..text import Source

    Key = tuple[object, ...]
    # Most names occur once. Keeping these without a tuple saves a fifth of the memory.
    Names = dict[str, Occurrence | tuple[Occurrence, ...]]


class ModuleScan(Frozen):
    """The result of scanning one source text.

    Attributes:
        source: the text. Its key identifies the file and determines its place in the order.
        occurrences: the calls of managers, in source order.
        diagnostics: the problems, in source order.
        managers: the placeholders of the managers that the module imports from hpman or makes.
        reexports: the placeholders that the module imports from elsewhere under the same
            name, with the module they come from, such as `("_", "..common")`.
        unbound: the placeholders that the module calls by their bare names, but never binds.
        mentions: the names in calls of managers' methods, in source order.
        is_text: whether the text was passed to `parse_source`, not read from a file.
    """

    __slots__ = ()
    source: Source
    occurrences: tuple[Occurrence, ...]
    diagnostics: tuple[Diagnostic, ...]
    managers: frozenset[str] = frozenset()
    reexports: tuple[tuple[str, str], ...] = ()
    unbound: frozenset[str] = frozenset()
    mentions: tuple[Mention, ...] = ()
    is_text: bool = False

    def with_faulty(self) -> ModuleScan:
        """Return a copy that includes calls in which only hints cannot be read."""
        faulty = {
            (call.placeholder, call.line, call.column): call
            for diagnostic in self.diagnostics
            for call in diagnostic.occurrences
        }
        if not faulty:
            return self
        occurrences = sorted((*self.occurrences, *faulty.values()), key=source_order)
        return self.replace(occurrences=tuple(occurrences))


class HyperParameter(Frozen):
    """What the sources say about one hyperparameter.

    Attributes:
        name: the flat name.
        value: the default, `EMPTY` if there is none.
        hints: the hints of all its calls; those of the definition win.
        definition: the occurrence with the default, or None.
        occurrences: all its occurrences, in source order.
    """

    __slots__ = ()
    name: str
    value: Any
    hints: dict[str, Any]
    definition: Occurrence | None = None
    occurrences: tuple[Occurrence, ...] = ()

    def expression_of(self, value: object) -> str | None:
        """Return the source of a value that is the default if it is computed, as in `1 / 3`."""
        text = self.definition.text if self.definition is not None else None
        default = self.value  # a list, which readers get a copy of, is compared
        is_default = value is default or (type(value) is list and value == default)
        return text if text is not None and is_default and is_computed(text) else None


class Index:
    """The occurrences of many texts, by name and in source order.

    An index never changes. `swap` returns a new one, without reading unchanged texts again.

    Args:
        separator: the string between the parts of a nested name.

    Attributes:
        most_parts: the maximum number of parts of a name, in sources and in files of values.
            The memory for all names above a name grows with the square of their number.

    >>> from hpman.text import Source
    >>> from hpman.static.extract import extract
    >>> source = Source("a.py", '_("lr", 1e-3)')
    >>> index = Index().swap([extract(source, frozenset({"_"}))])
    >>> [occurrence.value for occurrence in index.named("_", "lr")]
    [0.001]
    >>> index.swap([], without=[source.key]).names("_")
    []
    """

    __slots__ = ("_branches", "_files", "_names", "_sorted", "separator")
    most_parts = 250

    def __init__(self, separator: str = ".") -> None:
        self.separator: str = separator
        self._files: dict[Key, ModuleScan] = {}
        # By placeholder: the occurrences of each name, the number of names below each branch,
        # and the sorted names, once `below` needs them.
        self._names: dict[str, Names] = {}
        self._branches: dict[str, dict[str, int]] = {}
        self._sorted: dict[str, list[str]] = {}

    @property
    def files(self) -> Mapping[Key, ModuleScan]:
        """The scan of each text, by the key of its source."""
        return self._files

    def swap(self, files: Iterable[ModuleScan], without: Iterable[Key] = ()) -> Index:
        """Return an index in which some texts are replaced, added or left out.

        Args:
            files: the scans of the texts to add. They replace those with the same key.
            without: the keys of the texts to leave out. Unknown keys are ignored.
        """
        index = Index(self.separator)
        index._files = dict(self._files)
        index._names = {placeholder: dict(names) for placeholder, names in self._names.items()}
        index._branches = {key: dict(counts) for key, counts in self._branches.items()}
        incoming = list(files)
        for key in (*without, *(file.source.key for file in incoming)):
            outgoing = index._files.pop(key, None)
            if outgoing is not None and outgoing.occurrences:
                index._remove(outgoing)
        added: dict[str, dict[str, Occurrence | list[Occurrence]]] = {}
        for file in incoming:
            index._files[file.source.key] = file
            for occurrence in file.occurrences:
                names = added.setdefault(occurrence.placeholder, {})
                present = names.setdefault(occurrence.name, occurrence)
                if isinstance(present, list):
                    present.append(occurrence)
                elif present is not occurrence:
                    names[occurrence.name] = [present, occurrence]
        for placeholder, names in added.items():
            for name, occurrences in names.items():
                index._add(placeholder, name, occurrences)
        return index

    def names(self, placeholder: str) -> list[str]:
        """Return the names of a manager's hyperparameters, in source order."""
        return list(dict.fromkeys(item.name for item in self.occurrences(placeholder)))

    def named(self, placeholder: str, name: str) -> tuple[Occurrence, ...]:
        """Return the occurrences of one hyperparameter, in source order."""
        occurrences = self._names.get(placeholder, {}).get(name, ())
        return (occurrences,) if isinstance(occurrences, Occurrence) else occurrences

    def definition(self, placeholder: str, name: str) -> Occurrence | None:
        """Return the first occurrence that defines a hyperparameter, or None."""
        return next((item for item in self.named(placeholder, name) if item.is_definition), None)

    def occurrences(self, placeholder: str) -> Iterator[Occurrence]:
        """Yield the occurrences of a manager's hyperparameters, in source order."""
        for _key, file in sorted(self._files.items()):
            for occurrence in file.occurrences:
                if occurrence.placeholder == placeholder:
                    yield occurrence

    def defaults(self, placeholder: str) -> tuple[dict[str, Any], bool]:
        """Return the default of each name of a manager, in source order, or `EMPTY`.

        A branch that is only used, such as `model` next to `model.depth`, is left out.

        Returns:
            The defaults, and whether they are sound: no name has two, no branch has one, and no
            name has too many parts.
        """
        branches = self._branches.get(placeholder, {})
        defaults: dict[str, Any] = {}
        is_sound = True
        for occurrence in self.occurrences(placeholder):
            name = occurrence.name
            if occurrence.is_definition:
                if name in branches or defaults.get(name, EMPTY) is not EMPTY:
                    is_sound = False
                defaults[name] = occurrence.value
            elif name not in branches:
                defaults.setdefault(name, EMPTY)
        return defaults, is_sound and not any(map(self.is_too_deep, defaults))

    def hyperparameters(self, placeholder: str) -> Iterator[HyperParameter]:
        """Return the hyperparameters of a manager, in source order.

        A branch that is only used, such as `model` next to `model.depth`, is left out.
        """
        rows = (self.hyperparameter(placeholder, name) for name in self.names(placeholder))
        return filter(None, rows)

    def hyperparameter(self, placeholder: str, name: str) -> HyperParameter | None:
        """Return a hyperparameter of a manager, None for a branch that is only used."""
        occurrences = self.named(placeholder, name)
        definition = self.definition(placeholder, name)
        if definition is None and self.is_branch(placeholder, name):
            return None
        hints: dict[str, Any] = {}
        for occurrence in (*occurrences, *filter(None, [definition])):
            hints.update(occurrence.hints)
        value = EMPTY if definition is None else definition.value
        return HyperParameter(name, value, hints, definition, occurrences)

    def renamed(self, placeholder: str) -> dict[str, str]:
        """Return the new name of each old one in a hint `aliases`, without names still in use."""
        names = self._names.get(placeholder, {})
        return {
            old: occurrence.name
            for occurrence in self.occurrences(placeholder)
            if "aliases" in occurrence.hints
            for old in old_names(occurrence.hints)
            if old not in names and not self.is_branch(placeholder, old)
        }

    def placeholders(self) -> set[str]:
        """Return the placeholders of all managers that have an occurrence."""
        return {placeholder for placeholder, names in self._names.items() if names}

    def mentioned(self) -> set[str]:
        """Return the placeholders of all managers whose methods are called with a name."""
        return {mention.placeholder for file in self._files.values() for mention in file.mentions}

    def openings(self, placeholder: str) -> list[Mention]:
        """Return the names of a manager's scopes, where the sources open them."""
        return [mention for mention in self.mentions(placeholder) if mention.kind == "scope"]

    def mentions(self, placeholder: str) -> list[Mention]:
        """Return the names in calls of a manager's methods."""
        mentions = (mention for file in self._files.values() for mention in file.mentions)
        return [mention for mention in mentions if mention.placeholder == placeholder]

    def scopes(self, placeholder: str) -> frozenset[str] | None:
        """Return the names of the scopes that the sources open, None if they may open others.

        If the name of a scope is not a literal, any name is possible.
        """
        names = [opening.name for opening in self.openings(placeholder)]
        return None if None in names else frozenset(literal_scopes(names, self.separator))

    def is_branch(self, placeholder: str, name: str) -> bool:
        """Return whether there are hyperparameters below a name."""
        return name in self._branches.get(placeholder, ())

    def below(self, placeholder: str, name: str) -> Iterator[str]:
        """Yield the names below a branch, sorted."""
        from _bisect import bisect_left

        names = self._sorted.get(placeholder)
        if names is None:
            names = self._sorted[placeholder] = sorted(self._names.get(placeholder, ()))
        prefix = name + self.separator
        for number in range(bisect_left(names, prefix), len(names)):
            if not names[number].startswith(prefix):
                break
            yield names[number]

    def is_too_deep(self, name: str) -> bool:
        """Return whether a name has more than the allowed number of parts."""
        return name.count(self.separator) >= self.most_parts

    def prefixes(self, name: str) -> Iterator[str]:
        """Yield the names of the branches above a name, the outermost first.

        A name with too many parts yields nothing, because its prefixes would fill the memory.
        """
        return iter(()) if self.is_too_deep(name) else ancestors(name, self.separator)

    def _add(self, placeholder: str, name: str, added: Occurrence | list[Occurrence]) -> None:
        names = self._names.setdefault(placeholder, {})
        if name not in names:
            branches = self._branches.setdefault(placeholder, {})
            for prefix in self.prefixes(name):
                branches[prefix] = branches.get(prefix, 0) + 1
            if isinstance(added, Occurrence):
                names[name] = added
                return
        new = [added] if isinstance(added, Occurrence) else added
        occurrences = [*self.named(placeholder, name), *new]
        if occurrences[0].source is not occurrences[-1].source:  # else they are in order
            occurrences.sort(key=source_order)
        names[name] = tuple(occurrences)

    def _remove(self, file: ModuleScan) -> None:
        for placeholder, name in {(item.placeholder, item.name) for item in file.occurrences}:
            names, key = self._names[placeholder], file.source.key
            rest = [item for item in self.named(placeholder, name) if item.source.key != key]
            names[name] = tuple(rest)
            if rest:
                continue
            del names[name]
            branches = self._branches[placeholder]
            for prefix in self.prefixes(name):
                branches[prefix] -= 1
                if not branches[prefix]:
                    del branches[prefix]


def source_order(occurrence: Occurrence) -> tuple[object, int, int]:
    """Return a sort key: the file, then line and column."""
    return occurrence.source.key, occurrence.line, occurrence.column
