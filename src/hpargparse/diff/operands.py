"""Resolve OLD and NEW of the command line: revision, worktree, path or snapshot.

Owns which of these an operand is, and the default of a missing one. Does not read
them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from hpman import Diagnostic, Frozen, HpmanError

from ..snapshots.atomic_io import STANDARD
from ..snapshots.formats import EXTENSIONS, RUN
from .git import GitError, locate, merge_base, resolve


class ComparisonError(HpmanError):
    """Report two sides that cannot be found, read or compared."""

    @classmethod
    def because(cls, message: str, advice: str = "") -> ComparisonError:
        """Create the error from its message and what to do about it."""
        return cls(Diagnostic("comparison", message, advice))


class Request(Frozen):
    """The options of the command. Without placeholders or paths, all managers or files count."""

    __slots__ = ()
    operands: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    follow_imports: bool = False


class Operand(Frozen):
    """One side, of the kind revision, worktree, path or snapshot.

    A revision has an object id, and perhaps the path of a patch of its Python files.
    """

    __slots__ = ()
    kind: str
    name: str
    id: str = ""
    patch: str = ""


def resolve_operands(operands: Sequence[str]) -> tuple[Operand, Operand]:
    """Return both sides. Refuse an operand that names nothing, or both a path and a revision."""
    if not operands:
        return _revision("HEAD"), _worktree()
    first = operands[0]
    if len(operands) == 2:
        return _resolve(first), _resolve(operands[1])
    if ".." in first and not _is_written_as_path(first) and not os.path.lexists(first):
        return _resolve_range(first)
    old = _resolve(first)
    if old.kind == "path":
        raise ComparisonError.because(
            f"`{first}` is a path, and there is nothing to compare it with.",
            f"`hpman diff -- {first}` compares it with the last commit.",
        )
    try:
        return old, _worktree()
    except GitError:
        if old.kind == "snapshot":
            return old, Operand("path", os.curdir)
        raise


def _resolve_range(operand: str) -> tuple[Operand, Operand]:
    dots = "..." if "..." in operand else ".."
    first, _dots, second = operand.partition(dots)
    old, new = _revision(first or "HEAD"), _revision(second or "HEAD")
    return (old.replace(id=merge_base(old.id, new.id)) if dots == "..." else old), new


def _worktree() -> Operand:
    locate()  # raises if there is none
    return Operand("worktree", "the worktree")


def _revision(name: str) -> Operand:
    operand = _find_revision(name)
    if operand is None:
        raise _unknown(name)
    return operand


def _find_revision(name: str) -> Operand | None:
    object_id, kind = resolve(name) or ("", "")
    if kind in ("tree", "blob"):
        raise ComparisonError.because(
            f"`{name}` is a {kind}, not a commit.", "Name files and folders of a commit after `--`."
        )
    return Operand("revision", name, object_id) if object_id else None


def _resolve(name: str) -> Operand:
    is_snapshot = os.path.splitext(name)[1].lower() in EXTENSIONS and not os.path.isdir(name)
    if is_snapshot or name == STANDARD or name.startswith(RUN):
        return Operand("snapshot", name)
    is_path = os.path.lexists(name)
    try:
        revision = None if _is_written_as_path(name) else _find_revision(name)
    except GitError as error:
        if is_path:
            return Operand("path", name)
        problem = error.diagnostics[0]
        message = f"`{name}` is neither a path nor a revision: {problem.message}"
        raise ComparisonError.because(message, problem.advice) from None
    if revision is not None and is_path:
        raise ComparisonError.because(
            f"`{name}` is both a revision and a path.",
            f"Write `./{name}` for the path, or `{name}^{{}}` for the revision.",
        )
    if revision is None and not is_path:
        raise _unknown(name)
    return revision or Operand("path", name)


def _unknown(name: str) -> ComparisonError:
    if name == "HEAD":
        return ComparisonError.because(
            "There is no commit yet.", "Commit first, or compare folders or snapshots."
        )
    return ComparisonError.because(
        f"`{name}` is neither a path nor a revision.",
        "`git log --oneline`, `git branch -a` and `git tag` list revisions; a shallow clone lacks "
        "the older ones. Name a path that is no longer on disk after `--`.",
    )


def _is_written_as_path(operand: str) -> bool:
    start = operand.replace(os.sep, "/")
    return start in (".", "..") or start.startswith(("./", "../")) or os.path.isabs(operand)
