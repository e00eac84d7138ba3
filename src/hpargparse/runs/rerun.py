"""Run a recorded run again, also with the sources that it had.

Owns the command that is run, and the worktree of git that it may need. Must not know how a
program is run or recorded.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from shutil import rmtree
from tempfile import mkdtemp

from hpman import Diagnostic, HpmanError, show_literal
from hpman.run_files import is_held, release, take

from ..diff.git import (
    GitError,
    add_worktree,
    apply_patch,
    describe_head,
    list_untracked,
    list_worktrees,
    remove_worktree,
    worktree_state,
)
from ..snapshots.formats import RUN
from .compare import versions, why_sources_unknown
from .environment import hash_sources, packages, python
from .folder import LEASE_FILE, PATCH_FILE, project_of
from .record import RunRecord, wait_while

_PATIENCE = 2.0  # seconds; what the program has left in the background may never end
_PREFIX = "hpman-"  # of temporary folders


def command(record: RunRecord) -> list[str]:
    """Return the command that runs a program with the values of a run, and records that.

    Raises:
        RecordError: if the record cannot be read.
    """
    argv = record.data["argv"]
    own = argv[argv.index("--", 1) :] if "--" in argv[1:] else []
    load = ("--hp-load", f"{RUN}{os.path.abspath(record.folder)}")
    # A file that the program loads itself, with its own arguments, must not override them.
    typed = _typed(record) if own else ()
    return [sys.executable, "-m", "hpman", "run", "--record", *record.program, *load, *typed, *own]


def _typed(record: RunRecord) -> list[str]:
    """Return options for the values of a run that were typed as options."""
    options = []
    for name, origins in record.data["origins"].items():
        if origins[-1].startswith("-"):
            value = record.value(name)
            text = value if isinstance(value, str) else show_literal(value)
            options.append(f"--{name}={text}")
    return options


def differing_environment(record: RunRecord) -> list[str]:
    """Return a line for the interpreter and for each package that differs from those of a run."""
    before = {"python": record.data.get("python"), **versions(record.data["packages"])}
    after = {"python": python(), **versions(packages())}
    return [
        f"{name}: {before.get(name, 'missing')} in the run, {after.get(name, 'missing')} now"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


class Checkout:
    """A worktree of git with the sources of a run.

    What git does not track, such as data, is linked into it, except Python files.

    Args:
        record: the record of the run.

    Attributes:
        folder: the root of the worktree.
        cwd: the folder in it in which the program was started.
        lease: a descriptor that the program inherits.
        differing: the sources that are not as they were, relative to the project.

    Raises:
        HpmanError: if the record does not say enough.
        GitError: if the commit cannot be checked out, or the patch cannot be applied.
    """

    def __init__(self, record: RunRecord) -> None:
        if reason := why_sources_unknown(record):
            raise _error(reason, "Without --exact, the sources of today are run.")
        project = os.path.realpath(project_of(record.folder))
        self._top = os.path.realpath(describe_head(project)[0])
        below = os.path.relpath(os.path.realpath(record.cwd), self._top)
        if below.startswith(os.pardir):
            message = f"The run was started outside of its repository, in {record.data['cwd']}."
            raise _error(message, "Without --exact, the sources of today are run.")
        _remove_abandoned(self._top)
        self._parent = os.path.realpath(mkdtemp(prefix=f"{_PREFIX}{record.id}-"))
        # It is named like the worktree, because a repository may be a package.
        self.folder: str = os.path.join(self._parent, os.path.basename(self._top))
        self.cwd: str = os.path.join(self.folder, below)
        # It is held until the program has ended too, so a free one was left by a kill.
        self.lease: int | None = take(os.path.join(self._parent, LEASE_FILE))
        try:
            add_worktree(self._top, self.folder, record.data["revision"])
            if record.data["patch"] == "kept":
                apply_patch(self.folder, os.path.abspath(os.path.join(record.folder, PATCH_FILE)))
            os.makedirs(self.cwd, exist_ok=True)  # a link would lead out of the worktree
            for name in list_untracked(self._top):
                path = name.rstrip("/")
                _link(os.path.join(self._top, path), os.path.join(self.folder, path))
            self._state = worktree_state(self.folder)
            with open(os.path.join(self._parent, LEASE_FILE), "wb") as file:
                file.write(self._state)
        except BaseException as error:
            _remove(self._top, self.folder)
            if not isinstance(error, GitError):
                raise
            message = f"The sources of the run cannot be checked out: {error}"
            raise _error(
                message, "Fetch its commit. Without --exact, those of today are run."
            ) from None
        inside = os.path.join(self.folder, os.path.relpath(project, self._top))
        self.differing: list[str] = _differing_sources(record, os.path.normpath(inside))

    def close(self) -> bool:
        """Remove the worktree, unless the program has changed or written files in it.

        Returns:
            Whether it was removed.
        """
        lease = os.path.join(self._parent, LEASE_FILE)
        if self.lease is not None:
            release(self.lease)
        wait_while(lambda: is_held(lease), _PATIENCE)  # its record may not be complete yet
        if worktree_state(self.folder) != self._state:
            os.unlink(lease)
            return False
        _remove(self._top, self.folder)
        return True


def _remove_abandoned(top: str) -> None:
    """Remove the worktrees of killed commands, unless the program has written files in them."""
    for folder in list_worktrees(top):
        parent = os.path.dirname(folder)
        lease = os.path.join(parent, LEASE_FILE)
        is_ours = os.path.basename(parent).startswith(_PREFIX) and os.path.isdir(folder)
        if not is_ours or is_held(lease) is not False:
            continue
        with suppress(FileNotFoundError):
            with open(lease, "rb") as file:
                state = file.read()
            if state in (b"", worktree_state(folder)):
                _remove(top, folder)


def _remove(top: str, folder: str) -> None:
    if os.path.exists(folder):
        remove_worktree(top, folder)
    rmtree(os.path.dirname(folder))


def _link(source: str, target: str) -> None:
    """Link a file or folder that is not code to a path; of a folder that is there, its entries."""
    if source.endswith(".py") or os.path.basename(source) in ("__pycache__", ".git"):
        return
    if not os.path.lexists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(source, target, target_is_directory=os.path.isdir(source))
    elif os.path.isdir(source) and os.path.isdir(target) and not os.path.islink(target):
        for name in os.listdir(source):
            _link(os.path.join(source, name), os.path.join(target, name))


def _differing_sources(record: RunRecord, project: str) -> list[str]:
    before = {
        path: digest for path, digest in record.data["sources"].items() if not os.path.isabs(path)
    }
    after = dict(hash_sources(project, (os.path.join(project, path) for path in before)))
    return sorted(path for path in before if before[path] != after.get(path))


def _error(message: str, advice: str) -> HpmanError:
    return HpmanError(Diagnostic("rerun", message, advice))
