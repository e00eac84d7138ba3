"""The words of a command line to what they name.

Owns when a word is a revision, a snapshot or a path, and what the other side is
where one is not said; reads none of them.
"""

from __future__ import annotations

import os

from hpman.record import Record

from ..snapshots.atomic_io import STANDARD
from ..snapshots.formats import EXTENSIONS
from .errors import ComparisonError
from .git import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_WORKTREE = "the worktree"


class Named(Record):
    """Hold what a word names.

    Attributes:
        kind: revision, worktree, snapshot or path.
        word: the word, as it is to be shown.
        found: the id of a revision.
    """

    __slots__ = ()
    kind: str
    word: str
    found: str = ""

    @property
    def is_part(self) -> bool:
        """Whether it is a tree of its own, as `HEAD:src`, whose paths begin there."""
        if self.kind != "revision" or self.word.startswith(":"):
            return False
        depth = 0  # in braces, as those of `HEAD^{/fix: it}`, a colon is one of a text
        for position, mark in enumerate(self.word, 1):
            depth += (mark == "{") - (mark == "}")
            if mark == ":" and depth <= 0:
                return position < len(self.word)
        return False


class Words:
    """Find out what words name; git is asked no earlier than it has to be.

    Attributes:
        warnings: what git has said of the words.
    """

    def __init__(self) -> None:
        """Start with nothing asked."""
        self._repository: Repository | ComparisonError | None = None
        self.warnings: list[str] = []

    @property
    def repository(self) -> Repository:
        """The repository that the current directory is part of.

        Raises:
            ComparisonError: there is none that can be read.
        """
        if self._repository is None:
            try:
                self._repository = Repository.find()
            except ComparisonError as error:
                self._repository = error
        if isinstance(self._repository, ComparisonError):
            raise self._repository
        return self._repository

    def named(self, words: Sequence[str]) -> tuple[Named, Named]:
        """Tell what is to be compared.

        Args:
            words: OLD and NEW; one of them, or `A..B`; or neither.

        Raises:
            ComparisonError: a word names nothing, or two things.
        """
        if not words:
            return self._revision("HEAD"), self._worktree()
        if "" in words:
            raise ComparisonError.because(
                "A side is empty.",
                "Name a revision, a snapshot, a file or a folder; without any, `hpman diff` "
                "compares with the last commit.",
            )
        is_range = len(words) == 1 and ".." in words[0] and not _is_plainly_path(words[0])
        if is_range and not os.path.lexists(words[0]):
            return self._range(words[0])
        named = [self._classified(word) for word in words]
        if len(named) == 2:
            return named[0], named[1]
        if named[0].kind == "path":
            raise ComparisonError.because(
                f"`{words[0]}` is a path, and there is nothing to compare it with.",
                f"Write `hpman diff OLD {words[0]}`, or `hpman diff -- {words[0]}` for what has "
                "changed in it since the last commit.",
            )
        if named[0].kind == "snapshot" and self._is_outside():
            return named[0], Named("path", os.curdir)
        return named[0], self._worktree()

    def _range(self, word: str) -> tuple[Named, Named]:
        """Take `A..B`, and `A...B` for what B has changed since it left A."""
        dots = "..." if "..." in word else ".."
        first, _dots, second = word.partition(dots)
        old, new = self._revision(first or "HEAD"), self._revision(second or "HEAD")
        if dots == "...":
            old = old.replace(found=self.repository.merge_base(old.found, new.found))
        return old, new

    def _worktree(self) -> Named:
        """Return what is compared where no NEW is given."""
        if self.repository.top is None:
            raise ComparisonError.because(
                "There is no worktree here to compare with.", "Name two revisions."
            )
        return Named("worktree", _WORKTREE)

    def _is_outside(self) -> bool:
        """Tell whether there is no worktree around the current directory."""
        try:
            return self.repository.top is None
        except ComparisonError:
            return True

    def _classified(self, word: str) -> Named:
        """Tell what one word names; what could be two things is refused."""
        is_file_like = word == STANDARD or os.path.splitext(word)[1].lower() in EXTENSIONS
        is_path = is_file_like or _is_plainly_path(word) or os.path.lexists(word)
        if word != STANDARD and not _is_plainly_path(word):
            try:
                found = self._looked_up(word, is_path=is_path)
            except ComparisonError as error:
                told = error.diagnostics[0]
                message = f"`{word}` is no path here, and no revision either: {told.message}"
                raise ComparisonError.because(message, told.advice) from None
            # In the folder of a repository, `HEAD` and `refs` are no paths that anyone means.
            if found is not None and self.repository.top and os.path.lexists(word):
                raise ComparisonError.because(
                    f"`{word}` is a revision, and a path as well.",
                    f"Write `./{word}` for the path, or `{word}^{{}}` for the revision.",
                )
            if found is not None:
                return Named("revision", word, found)
        if is_file_like and not os.path.isdir(word):
            return Named("snapshot", word)
        if is_path:
            return Named("path", word)
        raise self._unknown(word)

    def _looked_up(self, word: str, *, is_path: bool = False) -> str | None:
        """Return the id of a revision; None where it is none, or where a path has no git."""
        try:
            resolved = self.repository.resolve(word)
        except ComparisonError:
            if is_path:
                return None
            raise
        if resolved is None:
            return None
        self.warnings += [f"git says: {each}" for each in resolved[1]]
        return resolved[0]

    def _revision(self, word: str) -> Named:
        """Find a revision."""
        found = self._looked_up(word)
        if found is None:
            raise self._unknown(word)
        return Named("revision", word, found)

    def _unknown(self, word: str) -> ComparisonError:
        """Report a word that names nothing."""
        if word == "HEAD":
            return ComparisonError.because(
                "There is no commit here yet.", "Commit first, or compare folders or snapshots."
            )
        advice = "`git log --oneline` lists commits, `git branch -a` and `git tag` their names."
        if self.repository.is_shallow:
            advice = "The clone is shallow: `git fetch --unshallow` brings the older commits."
        return ComparisonError.because(
            f"`{word}` is no revision of this repository, and no path either.",
            f"{advice} A path that is not on disk any more stands behind `--`.",
        )


def _is_plainly_path(word: str) -> bool:
    """Tell whether a word can only be a path, by how it begins."""
    start = word.replace(os.sep, "/")
    return start in (".", "..") or start.startswith(("./", "../", "/")) or os.path.isabs(word)
