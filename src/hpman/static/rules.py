"""What must hold among the occurrences of one hyperparameter, and of all.

Owns the rules over an index, one function each; knows neither files nor how a
finding is reported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..diagnostics import Diagnostic
    from ..occurrence import Occurrence
    from .index import Index, ModuleScan

_SHOWN = 40  # characters of a name that is far too long


def violations(
    index: Index, placeholder: str, files: Iterable[ModuleScan]
) -> tuple[Diagnostic, ...]:
    """Find all that is wrong with the hyperparameters of one manager.

    Args:
        index: the index, with the files in it.
        placeholder: the manager.
        files: the files to look at; the rest of the index is trusted to hold
            no violation on its own.

    Returns:
        The findings, in the order in which the files sort, then by line.
    """
    found: list[Diagnostic] = []
    names: dict[str, None] = {}
    files = list(files)
    whole = [each.with_faulty() for each in files]
    if faulty := [each for each, file in zip(whole, files, strict=True) if each is not file]:
        index = index.swap(faulty)
    for file in whole:
        found += [each for each in file.diagnostics if each.placeholder in (None, placeholder)]
        names.update((o.name, None) for o in file.occurrences if o.placeholder == placeholder)
    for name in names:
        found += duplicate_default(index, placeholder, name)
        found += leaf_and_branch(index, placeholder, name)
        found += too_deep(index, placeholder, name)
    # A pair that clashes is found from both of its names.
    return tuple({_identity(each): each for each in sorted(found, key=_by_place)}.values())


def duplicate_default(index: Index, placeholder: str, name: str) -> Sequence[Diagnostic]:
    """Among all occurrences of a name, exactly one carries a default."""
    occurrences = index.named(placeholder, name)
    if len(occurrences) < 2:
        return ()
    defaults = [each for each in occurrences if each.is_definition]
    if len(defaults) < 2:
        return ()
    return [
        _finding(
            "HPM201",
            "Duplicated default values:",
            f'Keep one default of `{name}`, and write `{placeholder}("{name}")` at the '
            "other places.",
            tuple(defaults),
            defaults[1],
        )
    ]


def leaf_and_branch(index: Index, placeholder: str, name: str) -> Sequence[Diagnostic]:
    """A name with a default is a leaf: no other name may stand below it.

    Without a default it may be a branch that the program asks for as a whole.
    """
    is_branch = index.is_branch(placeholder, name)
    if not is_branch and index.separator not in name:
        return ()
    pairs = [(each, name) for each in index.prefixes(name) if index.definition(placeholder, each)]
    if is_branch and index.definition(placeholder, name):
        # All of them: one that is in no new file is told of from here only.
        pairs += [(name, below) for below in index.below(placeholder, name)]
    return [_clash(index, placeholder, leaf, below) for leaf, below in pairs]


def _clash(index: Index, placeholder: str, leaf: str, below: str) -> Diagnostic:
    """Report a leaf that has another name below it."""
    first = index.definition(placeholder, leaf) or index.named(placeholder, leaf)[0]
    return _finding(
        "HPM203",
        f"`{leaf}` is a hyperparameter, and `{below}` makes it a group of them:",
        f"Rename one of the two: a name is a leaf or a branch, split at `{index.separator}`.",
        (first, index.named(placeholder, below)[0]),
        first,
    )


def too_deep(index: Index, placeholder: str, name: str) -> Sequence[Diagnostic]:
    """A name has no more parts than a tree can be deep."""
    if not index.is_too_deep(name):
        return ()
    first = index.named(placeholder, name)[0]
    return [
        _finding(
            "HPM203",
            f"`{name[:_SHOWN]}…` has more than {index.most_parts} parts.",
            f"Rename it: a name is split at `{index.separator}`.",
            (first,),
            first,
        )
    ]


def placed(index: Index, placeholder: str, finding: Diagnostic) -> Diagnostic:
    """Give a finding about a name the place of the occurrence that it is about.

    Args:
        index: the index.
        placeholder: the manager.
        finding: what is wrong with a name of the sources, beside what the
            program has called or set.
    """
    name = finding.name or ""
    for each in (*index.prefixes(name), name, *index.below(placeholder, name)):
        for at in index.named(placeholder, each):
            return finding.replace(
                path=at.path,
                line=at.line,
                column=at.column,
                occurrences=(at,),
                source=at.source,
                placeholder=placeholder,
            )
    return finding


def _finding(
    code: str, message: str, advice: str, occurrences: tuple[Occurrence, ...], at: Occurrence
) -> Diagnostic:
    """Make a finding about several occurrences, placed at one of them."""
    from ..diagnostics import Diagnostic

    return Diagnostic(
        code,
        message,
        advice,
        at.path,
        at.line,
        at.column,
        at.name,
        occurrences,
        at.source,
        at.placeholder,
    )


def _identity(finding: Diagnostic) -> tuple[object, ...]:
    """Tell two findings apart by what they say."""
    return finding.code, finding.place, finding.message, finding.advice


def _by_place(finding: Diagnostic) -> tuple[object, ...]:
    """Sort by file, line and column, without a source first; then by the calls that take part."""
    key = finding.source.key if finding.source is not None else ()
    calls = [(each.source.key, each.line, each.column) for each in finding.occurrences]
    return key, finding.line or 0, finding.column or 0, calls
