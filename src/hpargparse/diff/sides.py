"""OLD and NEW to two lists of facts.

Owns how each kind of side is read beside each other kind; knows neither how
words are told apart nor how facts are compared.
"""

from __future__ import annotations

import os

from hpman import index_of, reachable_among, sources_among
from hpman._text import relative_path
from hpman.record import Record

from ..snapshots.advice import Advice
from ..snapshots.atomic_io import STANDARD
from ..snapshots.files import read
from ..snapshots.formats import EXTENSIONS
from .errors import ComparisonError
from .operands import Named, Words
from .snapshots import alone, beside, owners
from .sources import Side, facts_of_both, facts_of_one
from .trees import Tree, indexes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hpman import Diagnostic, Index

    from ..snapshots.flatten import Snapshot
    from .facts import Fact
    from .git import Repository

_GIT = frozenset({"revision", "worktree"})


class Request(Record):
    """Hold what is asked for.

    Attributes:
        words: OLD and NEW, or one of them, or neither.
        limits: the files and folders that count, as seen from here; all for none.
        placeholders: the managers; all that files import, and bare `_`, for none.
        exclude: globs of what to leave out of folders, and of what is imported.
        follow_imports: whether what the sources that count import of their project
            counts, too.
    """

    __slots__ = ()
    words: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    follow_imports: bool = False


class Sides(Record):
    """Hold two sides to compare.

    Attributes:
        old: what the first one is.
        new: what the second one is.
        old_facts: what the first one says.
        new_facts: what the second one says.
        warnings: a sentence on each thing that cannot be compared.
        faults: why nothing of a side can be read, of those whose files nobody named.
    """

    __slots__ = ()
    old: Named
    new: Named
    old_facts: list[Fact]
    new_facts: list[Fact]
    warnings: list[str]
    faults: list[Diagnostic]


def sides(request: Request) -> Sides:
    """Find and read the two sides of a comparison.

    Args:
        request: what is asked for.

    Raises:
        ComparisonError: a side cannot be found, nothing of it can be read where its
            files are named or a snapshot is compared with it, or it is not clear what is meant.
        SnapshotError: a snapshot cannot be read.
        OSError: a path cannot be read.
    """
    try:
        os.getcwd()
    except OSError:
        raise ComparisonError.because(
            "The current directory is not there any more.", "Go to another one."
        ) from None
    if "" in request.limits:
        raise ComparisonError.because(
            "A path behind `--` is empty.", "Name a file or a folder, or leave it out."
        )
    words = Words()
    old, new = words.named(request.words)
    kinds = {old.kind, new.kind}
    if request.limits and ("path" in kinds or not kinds & _GIT):
        raise ComparisonError.because(
            "Paths behind `--` tell which files of a revision or of the worktree count.",
            "Name the file or the folder itself as OLD or NEW.",
        )
    if old.word == new.word == STANDARD:
        raise ComparisonError.because("Standard input is one side at most.", "Name a file.")
    reader = _Reader(request, words)
    if kinds == {"snapshot"}:
        both = alone(_snapshot(old)), alone(_snapshot(new))
    elif "snapshot" in kinds:
        both = reader.snapshot_and_sources(old, new)
    else:
        both = reader.sources(old, new)
    doubts = [
        doubt
        for named, found in zip((old, new), both, strict=True)
        if not found and (doubt := _doubt(named)) is not None
    ]
    return Sides(old, new, *both, [*words.warnings, *reader.warnings, *doubts], reader.faults)


class _Reader:
    """Read sides, and keep what is to be said of them."""

    def __init__(self, request: Request, words: Words) -> None:
        self._request = request
        self._words = words
        self._managers = request.placeholders or ("_",)
        self.warnings: list[str] = []
        self.faults: list[Diagnostic] = []

    @property
    def _repository(self) -> Repository:
        return self._words.repository

    def snapshot_and_sources(self, old: Named, new: Named) -> tuple[list[Fact], list[Fact]]:
        """Read a snapshot, and the sources beside it."""
        is_first = old.kind == "snapshot"
        snapshot = _snapshot(old if is_first else new)
        named = new if is_first else old
        side = self._folder(named) if named.kind == "path" else self._trees([named])[0]
        if faults := side.faults():  # else the sources would seem to have nothing of the snapshot
            raise ComparisonError(*faults)
        asked = self._request.placeholders
        found, warnings = facts_of_one(side, asked)
        holding = owners(snapshot, found, asked)
        left_out = {each.placeholder for each in found if each.is_literal}.difference(holding)
        self.warnings += warnings
        if left_out and not asked:
            managers = ", ".join(sorted(left_out))
            self.warnings.append(
                f"{snapshot.path} holds no value of {managers}. Name all managers with "
                "`--placeholder` to see what it lacks."
            )
        both = beside(snapshot, found, holding)
        return (both.snapshot, both.sources) if is_first else (both.sources, both.snapshot)

    def sources(self, old: Named, new: Named) -> tuple[list[Fact], list[Fact]]:
        """Read two sides of sources; a path in the worktree beside a revision is part of that."""
        limits = None
        is_part = old.is_part or new.is_part
        if not is_part and old.kind != new.kind and "path" in (old.kind, new.kind):
            path = (old if old.kind == "path" else new).word
            below = self._below(path)
            if below is not None and not self._request.limits:
                limits = [(path, below)]
                old, new = (
                    each.replace(kind="worktree") if each.kind == "path" else each
                    for each in (old, new)
                )
        if "path" not in (old.kind, new.kind):
            first, second = self._trees([old, new], limits)
        else:
            first, second = (
                self._folder(each) if each.kind == "path" else self._trees([each])[0]
                for each in (old, new)
            )
        self._judge([(old, first), (new, second)], [shown for shown, _below in limits or ()])
        *both, warnings = facts_of_both(first, second, self._request.placeholders)
        self.warnings += warnings
        return both[0], both[1]

    def _judge(self, sides: list[tuple[Named, Side]], limits: list[str]) -> None:
        """Refuse sides of which each file is named, and none can be read."""
        problems: list[Diagnostic] = []
        for named, side in sides:
            paths = [named.word] if named.kind == "path" else [*limits, *self._request.limits]
            is_named = bool(paths) and not any(map(os.path.isdir, paths))
            (problems if is_named else self.faults).extend(side.faults())
        if problems:
            raise ComparisonError(*problems)

    def _folder(self, named: Named) -> Side:
        """Read sources on disk; which file is which goes by the path below the folder."""
        index = index_of(
            named.word,
            self._managers,
            self._request.exclude,
            follow_imports=self._request.follow_imports,
        )

        def locate(path: str) -> tuple[str, str]:
            below = os.path.relpath(path, named.word).replace(os.sep, "/")
            return below, relative_path(os.path.normpath(path))

        return Side("", index, locate, {})

    def _trees(self, named: list[Named], limits: list[tuple[str, str]] | None = None) -> list[Side]:
        """Read one or two sides that git lists."""
        if limits is None:
            limits = [(each, self._demand_below(each)) for each in self._request.limits]
        repository = self._repository
        listed = [self._listed(each) for each in named]
        for shown, limit in limits:
            if not any(
                limit in ("", path) or path.startswith(f"{limit}/")
                for files in listed
                for path in files
            ):
                raise ComparisonError.because(
                    f"git knows no file of `{shown}` on any side.",
                    "Is it written as seen from the current directory? What git ignores is "
                    "compared as a folder with another.",
                )
        roots = [limit for _shown, limit in limits] or [""]
        trees = [
            Tree(repository, {path: files[path] for path in self._counting(files, roots)})
            for files in listed
        ]
        found = indexes(
            trees[0] if len(trees) == 2 else Tree(repository, {}), trees[-1], self._managers
        )
        return [
            self._side(each, index, tree)
            for each, index, tree in zip(named, found[-len(named) :], trees, strict=True)
        ]

    def _counting(self, files: Mapping[str, str | None], roots: Sequence[str]) -> Sequence[str]:
        """Return the sources below some roots, and what they import where that is asked for."""
        folder = self._repository.top or os.curdir
        named = sources_among(files, roots, self._request.exclude, folder=folder)
        if not self._request.follow_imports or "" in roots:  # a whole tree has all of it
            return named
        every = sources_among(files, exclude=self._request.exclude, folder=folder)
        tree = Tree(self._repository, {path: files[path] for path in (*named, *every)})
        blobs = dict(tree.read(list(tree.files)))
        blobs.update(dict.fromkeys(tree.unreadable, b""))
        return list(dict.fromkeys([*named, *reachable_among(blobs, named, folder=folder)]))

    def _side(self, named: Named, index: Index, tree: Tree) -> Side:
        """Put together what was read of one side that git lists."""
        seen = self._repository.seen_from_here

        def locate(path: str) -> tuple[str, str]:
            return path, path if named.is_part else seen(path)

        prefix = f"{named.word}:" if named.kind == "revision" else ""
        return Side(prefix, index, locate, tree.unreadable)

    def _listed(self, named: Named) -> Mapping[str, str | None]:
        """List the files of a revision, or of the worktree."""
        if named.kind == "worktree":
            return self._repository.worktree()
        return self._repository.tree(named.found, named.word)

    def _demand_below(self, path: str) -> str:
        """Return a path as the repository has it."""
        below = self._below(path)
        if below is None:
            raise ComparisonError.because(
                f"`{path}` is outside of the repository.", "Name a path in it, or two folders."
            )
        return below

    def _below(self, path: str) -> str | None:
        """Return a path as the repository has it, None for one outside of its worktree."""
        top = self._repository.top
        ways = (os.path.abspath, os.path.realpath) if top is not None else (os.path.normpath,)
        for way in ways:
            below = os.path.relpath(way(path), top or os.curdir).replace(os.sep, "/")
            if below != ".." and not below.startswith("../"):
                return "" if below == "." else below
        return None


def _doubt(named: Named) -> str | None:
    """Ask whether a file that is nothing as Python is a snapshot that is called otherwise."""
    is_python = os.path.splitext(named.word)[1] == ".py" or os.path.isdir(named.word)
    if named.kind != "path" or is_python:
        return None
    return (
        f"{named.word} is read as Python, and holds nothing to compare. If it is a snapshot,"
        f" rename it: they are known by {', '.join(EXTENSIONS)}."
    )


def _snapshot(named: Named) -> Snapshot:
    """Read a snapshot; a comparison has no option that says more of it."""
    return read(named.word, advice=Advice())
