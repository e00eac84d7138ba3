"""Read the sources of both sides, and list their definitions.

Owns the temporary folder that git trees are written to, and which definitions are left
out because one side cannot be read. Must not know how definitions are compared.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import sys
from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from hpman import Diagnostic, Index, index_of
from hpman.names import old_names
from hpman.text import relative_path

from .compare import Definition
from .git import apply_patch, list_tree, list_worktree, locate, read_blobs
from .operands import ComparisonError, Operand, Request

# The blob of each path in a revision; None for a file of the worktree.
Tree = Mapping[str, str | None]

_UNPARSABLE = "HPM001"
_SUFFIXES = (".py", ".ipynb")


def read_sources(operands: Sequence[Operand], request: Request) -> list[Index]:
    """Read the sources of operands that are not snapshots, with paths to show.

    A file has the same key on both sides. Errors are those of `pipeline.diff`.
    """
    if all(operand.kind == "path" for operand in operands):
        return [_read_path(operand.name, request) for operand in operands]
    top, here = locate()
    limits = {_below_top(path, top): path for path in request.paths} or {"": "."}
    # Imports lead to files of the same tree. If all are compared, there is nothing to follow.
    request = request.replace(follow_imports=request.follow_imports and "" not in limits)
    trees: list[Tree] = [
        list_tree(operand.id) if operand.id else dict.fromkeys(list_worktree(top))
        for operand in operands
    ]
    for limit, path in limits.items():
        if limit and not any(_is_within(file, [limit]) for tree in trees for file in tree):
            raise ComparisonError.because(
                f"git has no file `{path}` on either side.",
                "Paths are relative to the current directory. Compare ignored files as folders.",
            )
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="hpman-diff-") as folder:
        # The folder is named like the worktree, because a repository may be a package that imports
        # itself.
        name = os.path.basename(top)
        roots = [os.path.join(os.path.realpath(folder), str(i), name) for i in range(len(trees))]
        within = [""] if request.follow_imports else limits
        wanted = [_select(tree, limits, within) for tree in trees]
        _unpack(dict(zip(roots, wanted, strict=True)), top)
        for root, operand in zip(roots, operands, strict=True):
            if operand.patch:
                apply_patch(root, operand.patch, only=[f"*{suffix}" for suffix in _SUFFIXES])
        return [
            _relocate(
                _read_tree(root, limits, request, top),
                root,
                lambda path: posixpath.relpath(path, here),
                f"{operand.name}:" if operand.id else "",
            )
            for operand, root in zip(operands, roots, strict=True)
        ]


def _read_path(path: str, request: Request) -> Index:
    """Read a file or folder on disk. Its files are identified by their paths below it."""
    follow = request.follow_imports
    placeholders = request.placeholders or ("_",)
    index = index_of(path, placeholders, request.exclude, follow_imports=follow)
    return _relocate(
        index, path, lambda below: relative_path(os.path.normpath(os.path.join(path, below)))
    )


def _below_top(path: str, top: str) -> str:
    """Return a path relative to the root of the worktree."""
    for absolute in (os.path.abspath(path), os.path.realpath(path)):
        below = os.path.relpath(absolute, top).replace(os.sep, "/")
        if path and below != ".." and not below.startswith("../"):
            return "" if below == "." else below
    raise ComparisonError.because(
        f"`{path}` is outside the repository.", "Name a path in it, or compare two folders."
    )


def _is_within(path: str, limits: Iterable[str]) -> bool:
    return any(not limit or f"{path}/".startswith(f"{limit}/") for limit in limits)


def _select(tree: Tree, named: Collection[str], limits: Collection[str]) -> Tree:
    """Return the named files and, within the limits, sources and marks of environments."""
    return {
        path: blob
        for path, blob in tree.items()
        if path in named or (path.endswith((*_SUFFIXES, "pyvenv.cfg")) and _is_within(path, limits))
    }


def _unpack(trees: Mapping[str, Tree], top: str) -> None:
    """Write trees below their roots. Read each blob once, even if it is at several paths."""
    targets: dict[str, list[str]] = {}
    paths: dict[str, str] = {}
    for root, tree in trees.items():
        for path, blob in tree.items():
            target = os.path.join(root, *path.split("/"))
            # Git forbids such paths, but a repository can contain them.
            if os.path.normpath(target) != target or not target.startswith(os.path.join(root, "")):
                raise ComparisonError.because(
                    f"A revision has a file at the unsafe path `{path}`.",
                    "`git fsck` checks the repository.",
                )
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if blob is not None:
                targets.setdefault(blob, []).append(target)
                paths[blob] = path
                continue
            on_disk = os.path.join(top, *path.split("/"))
            if os.path.isfile(on_disk) and not os.path.islink(on_disk):
                shutil.copyfile(on_disk, target)
    for blob, data in read_blobs(paths):
        for target in targets[blob]:
            with open(target, "wb") as file:
                file.write(data)


def _read_tree(root: str, limits: Iterable[str], request: Request, top: str) -> Index:
    """Read what was unpacked below a root as if it were in the worktree."""

    def moved(path: str) -> str:
        return os.path.join(root, os.path.relpath(path, top))

    paths = (os.path.join(root, *limit.split("/")) for limit in limits)
    return index_of(
        [path for path in paths if os.path.lexists(path)],
        request.placeholders or ("_",),
        # A glob with a slash may be relative to the current directory.
        [*request.exclude, *(moved(glob) for glob in request.exclude if "/" in glob)],
        follow_imports=request.follow_imports,
        # An editable install puts folders of the project on the path of modules.
        also=[
            moved(path)
            for path in sys.path
            if path.startswith(os.path.join(top, "")) and path != os.getcwd()
        ],
    )


def _relocate(index: Index, root: str, display: Callable[[str], str], prefix: str = "") -> Index:
    """Return an index with the paths to show. Raise an error if no file in it can be parsed."""
    files = []
    for file in index.files.values():
        below = os.path.relpath(file.source.path, root).replace(os.sep, "/")
        path = display(below)
        source = file.source.moved(path, (0, *below.split("/")))
        calls = tuple(call.replace(source=source) for call in file.occurrences)
        problems = tuple(problem.replace(path=prefix + path) for problem in file.diagnostics)
        files.append(file.replace(source=source, occurrences=calls, diagnostics=problems))
    relocated = Index().swap(files)
    if files and len(_unparsable_files(relocated)) == len(files):
        advice = "Nothing on this side can be compared. Fix the file, or compare something else."
        raise ComparisonError(
            *(problem.replace(advice=advice) for file in files for problem in file.diagnostics)
        )
    return relocated


def definitions_of(
    old: Index, new: Index, placeholders: Iterable[str] = ()
) -> tuple[list[Definition], list[Definition], list[str]]:
    """Return the definitions of two sides, and a warning for each thing that cannot be read.

    A file that cannot be read on one side is left out on both: it has not been removed. A file
    has the same key on both sides. Without placeholders, all managers count.
    """
    managers = sorted(set(placeholders) or old.placeholders() | new.placeholders())
    warnings = [*_warnings(old, new, managers), *_warnings(new, old, managers)]
    unparsable = _unparsable_files(old) | _unparsable_files(new)
    old, new = old.swap((), unparsable), new.swap((), unparsable)
    unknown = {*_unknown(old, new), *_unknown(new, old)}
    sides = (_definitions(index, managers) for index in (old, new))
    before, after = ([d for d in side if d.key not in unknown] for side in sides)
    return before, after, warnings


def _unparsable_files(index: Index) -> set[tuple[object, ...]]:
    return {
        key
        for key, file in index.files.items()
        if any(problem.code == _UNPARSABLE for problem in file.diagnostics)
    }


def _definitions(index: Index, placeholders: Iterable[str]) -> Iterator[Definition]:
    """Yield a definition per default (programs may share a name), or one for the first use."""
    for placeholder in placeholders:
        for parameter in index.hyperparameters(placeholder):
            calls = [call for call in parameter.occurrences if call.is_definition]
            for call in calls or parameter.occurrences[:1]:
                hints = parameter.hints
                if len(calls) > 1:  # the hints of the call, and of the uses in its file
                    uses = (use for use in parameter.occurrences if not use.is_definition)
                    own = (use.hints for use in uses if use.path == call.path)
                    hints = dict(ChainMap(call.hints, *own))
                cell, line = call.source.cell(call.line)
                place = call.source.key, call.path, line, call.column
                facts = placeholder, call.name, call.value, call.text, hints, *place
                yield Definition(*facts, aliases=tuple(old_names(parameter.hints)), cell=cell)


def _new_problems(index: Index, other: Index) -> Iterator[Diagnostic]:
    """Yield the problems of files that are missing or different on the other side."""
    for key, file in index.files.items():
        if key not in other.files or other.files[key].source.text != file.source.text:
            yield from file.diagnostics


def _unknown(index: Index, other: Index) -> Iterator[tuple[str, str]]:
    """Yield the placeholder and name of hyperparameters that only unreadable calls define."""
    for problem in _new_problems(index, other):
        key = problem.placeholder or "", problem.name or ""
        if all(key) and index.definition(*key) is None:
            yield key


def _warnings(index: Index, other: Index, placeholders: Sequence[str]) -> Iterator[str]:
    for problem in _new_problems(index, other):
        if problem.placeholder is None or problem.placeholder in placeholders:
            what = "file" if problem.code == _UNPARSABLE else "call"
            yield f"{problem.place}: {problem.message} The {what} is left out."
