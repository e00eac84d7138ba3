"""Read a git repository: its revisions, the files of a tree, and their contents.

Starts every git process. None of them fetches, or runs a hook or a configured program other
than a filter. Only worktrees that it adds are changed. If one fails, a `GitError` is raised.
Must not know what a comparison is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from typing import Any

from hpman import Diagnostic, HpmanError

# Both may be any program.
_NO_PROGRAMS = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
_COMMAND = ("git", "--no-pager", *_NO_PROGRAMS)
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# A patch that `git apply` reads, whatever the configuration says.
_DIFF = (
    *("-c", "diff.relative=false", "diff", "--binary", "--no-color"),
    *("--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/"),
    *("--unified=3", "--submodule=short"),
)
_REGULAR_FILES = (b"100644", b"100755")  # no symbolic links and no submodules


class GitError(HpmanError):
    """Report what git cannot find or read."""


def locate() -> tuple[str, str]:
    """Return the root of the worktree, and the current directory relative to it."""
    output = _run("rev-parse", "--show-cdup", "--show-prefix", "--show-toplevel")
    up, prefix = os.fsdecode(output).split("\n")[:2]  # Windows may spell the top level otherwise
    return os.path.normpath(os.path.join(os.getcwd(), up)), prefix.rstrip("/") or "."


def resolve(revision: str) -> tuple[str, str] | None:
    """Return the id and the type of the object that a revision names, or None."""
    if not {"\0", "\n"}.isdisjoint(revision):
        return None
    output = _run("cat-file", "--batch-check", data=os.fsencode(revision) + b"\n")
    fields = output.decode(errors="replace").rsplit(maxsplit=2)
    is_object = len(fields) == 3 and len(fields[0]) in (40, 64) and fields[2].isdigit()
    return (fields[0], fields[1]) if is_object else None


def merge_base(old: str, new: str) -> str:
    """Return the id of the best common ancestor of two commits."""
    return _run("merge-base", old, new).decode().strip()


def list_tree(commit: str) -> dict[str, str]:
    """Return the blob id of each regular file of a commit by its path from the root."""
    files = {}
    for line in _run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
        fields, _tab, path = line.partition(b"\t")
        mode, _kind, blob = fields.split(b" ")
        if mode in _REGULAR_FILES:
            files[os.fsdecode(path)] = blob.decode()
    return files


def _read_limited(limit: int, *arguments: str, cwd: str | None = None) -> bytes | None:
    """Run git and return its output, None if it is longer than a limit."""
    from subprocess import DEVNULL, PIPE, Popen

    command, env = [*_COMMAND, *arguments], {**os.environ, **_ENVIRONMENT}
    with Popen(command, stdout=PIPE, stderr=DEVNULL, env=env, cwd=cwd) as process:  # noqa: S603
        stream: Any = process.stdout
        output: bytes = stream.read(limit + 1)
        if len(output) > limit:
            process.kill()
            return None
    # `_run` reports the reason
    return _run(*arguments, cwd=cwd) if process.returncode else output


def describe_head(folder: str) -> tuple[str, str, str]:
    """Return the root of the worktree around a folder, the id of its commit, and the branch.

    The branch is `HEAD` if there is none.
    """
    output = _run("rev-parse", "--show-cdup", "HEAD", "--abbrev-ref", "HEAD", cwd=folder)
    up, commit, branch = os.fsdecode(output).split("\n")[:3]
    return os.path.normpath(os.path.join(folder, up)), commit, branch


def diff_worktree(top: str, new: Iterable[str], limit: int) -> bytes | None:
    """Return a patch from the last commit to the worktree, None if it is too long.

    Of the new paths, it adds the files that are not tracked.
    """
    # This may run filters that the repository configures, but the repository is the user's.
    patch = _read_limited(limit, *_DIFF, "HEAD", cwd=top)
    paths = list(new)
    tracked = _run("ls-files", "-z", "--", *paths, cwd=top).split(b"\0") if paths else []
    for path in paths:
        if patch is None:
            break
        if os.fsencode(path) not in tracked:
            options = ("--no-index", "--", os.devnull, path)
            patch += _run(*_DIFF, *options, cwd=top, success=(0, 1))
    return patch if patch is None or len(patch) <= limit else None


def apply_patch(folder: str, patch: str, *, only: Iterable[str] = ("*",)) -> None:
    """Apply a patch of `diff_worktree` to the files in a folder."""
    # No repository around the folder may change what the paths of the patch mean.
    ceiling = {"GIT_CEILING_DIRECTORIES": os.path.dirname(folder)}
    included = (f"--include={glob}" for glob in only)
    _run("apply", *included, "--whitespace=nowarn", patch, cwd=folder, env=ceiling)


def add_worktree(top: str, folder: str, commit: str) -> None:
    """Check out a commit into a new worktree, without running hooks."""
    _run("worktree", "add", "--quiet", "--detach", folder, commit, cwd=top)


def remove_worktree(top: str, folder: str) -> None:
    """Remove a worktree and all files in it."""
    _run("worktree", "remove", "--force", folder, cwd=top)


def worktree_state(folder: str) -> bytes:
    """Return a digest of what differs from the commit in a worktree, beside bytecode."""
    from hashlib import sha256

    others = _run("ls-files", "-o", "-z", "-x", "__pycache__", cwd=folder)
    return sha256(others + _run(*_DIFF, "HEAD", cwd=folder)).digest()


def list_untracked(top: str) -> list[str]:
    """Return what git does not track in a worktree, also ignored files. Folders end with /."""
    output = _run("ls-files", "-o", "--directory", "-z", cwd=top)
    return os.fsdecode(output).split("\0")[:-1]


def list_worktree(top: str) -> list[str]:
    """Return the paths below the root that are tracked, or untracked and not ignored."""
    output = _run("ls-files", "-z", "-c", "-o", "--exclude-standard", cwd=top)
    return list(map(os.fsdecode, output.split(b"\0")[:-1]))


def read_blobs(blobs: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield the id and the content of each blob. Messages name the paths of the ids."""
    requests = "".join(f"{blob}\n" for blob in blobs).encode()
    replies = BytesIO(_run("cat-file", "--batch", data=requests))
    for blob, path in blobs.items():
        header = replies.readline().split()
        if len(header) != 3:
            raise _git_error(
                f"`{path}` cannot be read: the object {blob} is missing.",
                "`git fsck` checks the repository.",
            )
        yield blob, replies.read(int(header[2]))
        replies.read(1)  # a newline


def _run(
    *arguments: str,
    data: bytes = b"",
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    success: tuple[int, ...] = (0,),
) -> bytes:
    import subprocess

    command = [*_COMMAND, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - the user's words are in the data
            command,
            input=data,
            capture_output=True,
            check=False,
            cwd=cwd,
            env={**os.environ, **_ENVIRONMENT, **(env or {})},
        )
    except (FileNotFoundError, PermissionError):  # the latter for a folder on the PATH
        raise _git_error(
            "Cannot find `git` on the PATH. It is needed to read revisions.",
            "Install git, or compare folders and snapshots.",
        ) from None
    reason = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
    if reason.startswith("not a git repository"):
        raise _git_error(
            "There is no git repository here, so there are no revisions.",
            "Run this in a repository, or compare two folders, files or snapshots.",
        )
    if reason.endswith("is ambiguous."):  # git would only warn
        raise _git_error(f"git reports: {reason}", "Write `refs/heads/...` or `refs/tags/...`.")
    if done.returncode not in success:
        reason = reason.rstrip(".") or f"status {done.returncode}"
        raise _git_error(f"`git {arguments[0]}` failed: {reason}.")
    return done.stdout


def _git_error(message: str, advice: str = "") -> GitError:
    return GitError(Diagnostic("git", message, advice))
