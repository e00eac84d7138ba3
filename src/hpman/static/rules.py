"""The rules of a parse, which apply to all hyperparameters of one manager together.

Owns one function per rule, from an index to diagnostics; must not know files
nor how a diagnostic is reported.
"""

from __future__ import annotations

from ..diagnostics import Diagnostic
from ..names import ancestors
from ..text import truncate
from .index import source_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..occurrence import Occurrence
    from .index import Index, ModuleScan


def violations(
    index: Index, placeholder: str, files: Iterable[ModuleScan]
) -> tuple[Diagnostic, ...]:
    """Return every reason why a parse must fail for one manager.

    The index contains the new files. The other files are known to break no rule.
    """
    files = [file.with_faulty() for file in files]
    if any(file.diagnostics for file in files):
        index = index.swap(files)
    problems = [
        diagnostic
        for file in files
        for diagnostic in file.diagnostics
        if diagnostic.placeholder in (None, placeholder)
    ]
    calls = (call for file in files for call in file.occurrences)
    names = dict.fromkeys(call.name for call in calls if call.placeholder == placeholder)
    problems += conflicts(index, placeholder, names)
    return tuple(sorted(problems, key=lambda problem: problem.order))


def conflicts(index: Index, placeholder: str, names: Iterable[str]) -> Iterator[Diagnostic]:
    """Yield the contradictions that involve calls of some hyperparameters."""
    leaves: dict[str, None] = {}
    for name in names:
        yield from duplicate_default(index, placeholder, name)
        yield from too_deep(index, placeholder, name)
        leaves |= dict.fromkeys((*index.prefixes(name), name))
    for name in leaves:
        yield from leaf_and_branch(index, placeholder, name)


def duplicate_default(index: Index, placeholder: str, name: str) -> Iterator[Diagnostic]:
    """HPM201: exactly one of the calls with a name has a default."""
    defaults = [call for call in index.named(placeholder, name) if call.is_definition]
    if len(defaults) > 1:
        advice = f'Keep one default of `{name}`, and write `{placeholder}("{name}")` elsewhere.'
        message = "Duplicated default values:"
        yield Diagnostic.at(defaults[1], "HPM201", message, advice, occurrences=defaults)


def leaf_and_branch(index: Index, placeholder: str, name: str) -> Iterator[Diagnostic]:
    """HPM203: no name lies below one that has a default.

    A name without a default may be a branch: `_("model")` reads all of it as a dict.
    """
    leaf = index.definition(placeholder, name) if index.is_branch(placeholder, name) else None
    if leaf is None:
        return
    below = [index.named(placeholder, other)[0] for other in _directly_below(index, leaf)]
    below.sort(key=source_order)
    message = f"`{name}` is a hyperparameter, so `{below[0].name}` cannot lie below it."
    advice = f"Rename one of the two. Names are split at `{index.separator}`."
    yield Diagnostic.at(leaf, "HPM203", message, advice, occurrences=[leaf, *below])


def _directly_below(index: Index, leaf: Occurrence) -> Iterator[str]:
    """Yield the names below a leaf that are not below another one, which says the same."""
    start = leaf.name + index.separator
    inner: set[str] = set()
    for name in index.below(leaf.placeholder, leaf.name):
        above = ancestors(name[len(start) :], index.separator)
        if not any(start + part in inner for part in above):
            yield name
            if index.definition(leaf.placeholder, name) is not None:
                inner.add(name)


def too_deep(index: Index, placeholder: str, name: str) -> Iterator[Diagnostic]:
    """HPM203: a name does not have more parts than the maximum depth of the tree."""
    if index.is_too_deep(name):
        message = f"`{truncate(name)}` has more than {index.most_parts} parts."
        advice = f"Use fewer parts. Names are split at `{index.separator}`."
        yield Diagnostic.at(index.named(placeholder, name)[0], "HPM203", message, advice)


def locate(index: Index, placeholder: str, problem: Diagnostic) -> Diagnostic:
    """Add the place of a call to a diagnostic that only has a name.

    It is a conflict of a name in the sources with one that the program called or set.
    """
    name = problem.name or ""
    for other in (*index.prefixes(name), name, *index.below(placeholder, name)):
        for call in index.named(placeholder, other):
            at = Diagnostic.at(call, problem.code, problem.message, problem.advice)
            return at.replace(name=problem.name)
    return problem
