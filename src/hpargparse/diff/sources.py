"""Read the sources of both sides into indexes.

Owns the temporary folder that git trees are written to, and which path of it is
which file. Must not know what the files say.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import sys

from hpman import Index, index_of
from hpman._text import Source, relative_path

from .definitions import unparsable_files
from .git import list_tree, list_worktree, locate, read_blobs
from .operands import ComparisonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from .operands import Operand, Request

    # The blob of each path in a revision; None for a file of the worktree.
    Tree = Mapping[str, str | None]


def read_sources(operands: Sequence[Operand], request: Request) -> list[Index]:
    """Read the sources of operands that are not snapshots, with paths to show.

    A file has the same key on both sides. Errors are those of `pipeline.diff`.
    """
    if all(operand.kind == "path" for operand in operands):
        return [_read_path(operand.name, request) for operand in operands]
    top, here = locate()
    limits = {_below_top(path, top): path for path in request.paths} or {"": "."}
    # Importing leads to files of the same tree: nothing to follow if all are compared.
    request = request.replace(follow_imports=request.follow_imports and "" not in limits)
    trees: list[Tree] = [
        list_tree(operand.id) if operand.id else dict.fromkeys(list_worktree(top))
        for operand in operands
    ]
    for limit, path in limits.items():
        if limit and not any(_is_within(file, [limit]) for tree in trees for file in tree):
            raise ComparisonError.because(
                f"git knows no file `{path}` on any side.",
                "Paths are relative to the current directory. Compare ignored files as folders.",
            )
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="hpman-diff-") as folder:
        # Named as the top is: a repository may be a package that imports itself.
        name = os.path.basename(top)
        roots = [os.path.join(os.path.realpath(folder), str(i), name) for i in range(len(trees))]
        within = [""] if request.follow_imports else limits
        wanted = [_select(tree, limits, within) for tree in trees]
        _unpack(dict(zip(roots, wanted, strict=True)), top)
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
    """Return the named files, and the Python files and marks of environments within limits."""
    return {
        path: blob
        for path, blob in tree.items()
        if path in named or (path.endswith((".py", "pyvenv.cfg")) and _is_within(path, limits))
    }


def _unpack(trees: Mapping[str, Tree], top: str) -> None:
    """Write trees below their roots. Read a blob once for all places that it goes to."""
    targets: dict[str, list[str]] = {}
    paths: dict[str, str] = {}
    for root, tree in trees.items():
        for path, blob in tree.items():
            target = os.path.join(root, *path.split("/"))
            # Git forbids such paths, but a repository can hold them.
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
    """Return an index with the paths to show. Refuse one in which no file can be parsed."""
    files = []
    for file in index.files.values():
        below = os.path.relpath(file.source.path, root).replace(os.sep, "/")
        path = display(below)
        source = Source(path, file.source.text, (0, *below.split("/")))
        calls = tuple(call.replace(source=source) for call in file.occurrences)
        problems = tuple(problem.replace(path=prefix + path) for problem in file.diagnostics)
        files.append(file.replace(source=source, occurrences=calls, diagnostics=problems))
    relocated = Index().swap(files)
    if files and len(unparsable_files(relocated)) == len(files):
        advice = "Nothing is left of this side to compare. Fix the file, or compare something else."
        raise ComparisonError(
            *(problem.replace(advice=advice) for file in files for problem in file.diagnostics)
        )
    return relocated
