"""Run a recorded run again, also with the sources that it had.

Owns the command that is run, and the worktree of git that it may need. Must not know how a
program is run or recorded.
"""

from __future__ import annotations

import os
import sys
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
    remove_worktree,
    worktree_state,
)
from ..snapshots.formats import RUN
from .compare import versions, why_sources_unknown
from .environment import hash_sources, packages, python
from .record import LEASE_FILE, PATCH_FILE, RunRecord, project_of, wait_while

_PATIENCE = 2.0  # seconds; what the program has left in the background may never end
_TODAY = "Without --exact, the sources of today are run."


def command(record: RunRecord) -> list[str]:
    """Return the command that runs a program with the values of a run, and records that."""
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

    What git does not track, such as data, is linked into it, except Python files. The program
    inherits the lease; `differing` are the sources that are not as they were.
    """

    def __init__(self, record: RunRecord) -> None:
        if reason := why_sources_unknown(record):
            raise _checkout_error(reason)
        project = os.path.realpath(project_of(record.folder))
        self._top = os.path.realpath(describe_head(project)[0])
        below = os.path.relpath(os.path.realpath(record.cwd), self._top)
        if below.startswith(os.pardir):
            message = f"The run was started outside of its repository, in {record.cwd}."
            raise _checkout_error(message)
        self._parent = os.path.realpath(mkdtemp(prefix=f"hpman-{record.id}-"))
        # It is named like the worktree, because a repository may be a package.
        self.folder: str = os.path.join(self._parent, os.path.basename(self._top))
        self.cwd: str = os.path.join(self.folder, below)
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
        except BaseException as error:
            self._remove()
            if not isinstance(error, GitError):
                raise
            message = f"The sources of the run cannot be checked out: {error}"
            raise _checkout_error(message, f"Fetch its commit. {_TODAY}") from None
        inside = os.path.normpath(os.path.join(self.folder, os.path.relpath(project, self._top)))
        before = record.data["sources"]
        after = dict(hash_sources(inside, (os.path.join(inside, path) for path in before)))
        self.differing: list[str] = sorted(
            path for path in before if not os.path.isabs(path) and before[path] != after.get(path)
        )

    def close(self) -> bool:
        """Remove the worktree, and return whether it did: not if the program has changed it."""
        lease = os.path.join(self._parent, LEASE_FILE)
        if self.lease is not None:
            release(self.lease)
        wait_while(lambda: is_held(lease), _PATIENCE)  # the new record may not be complete yet
        if worktree_state(self.folder) != self._state:
            os.unlink(lease)
            return False
        self._remove()
        return True

    def _remove(self) -> None:
        if os.path.exists(self.folder):
            remove_worktree(self._top, self.folder)
        rmtree(self._parent)


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


def _checkout_error(message: str, advice: str = _TODAY) -> HpmanError:
    return HpmanError(Diagnostic("rerun", message, advice))
