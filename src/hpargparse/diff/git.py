"""What git knows: revisions, the files of a tree, and their bytes.

Owns every process of git, and that none runs anything of the repository's or
writes to it; knows no Python file and no hyperparameter.
"""

from __future__ import annotations

import os
import sys

from hpman.record import Record

from .errors import ComparisonError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from subprocess import CompletedProcess
    from typing import Any

_FILES = (b"100644", b"100755")
_HEX = frozenset("0123456789abcdef")
# So many requests and no more are on their way: each side of a pipe holds them.
_AT_ONCE = 48
# Without locks nothing is written; without protocols and lazy fetches, an object that is
# missing stays so, and no program that the configuration names is started for it.
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_PATHSPECS = ("LITERAL", "GLOB", "NOGLOB", "ICASE")  # each would change what `:/` means


class Repository(Record):
    """Hold where a repository is, as seen from the current directory.

    Attributes:
        top: the root of the worktree, None where there is none.
        here: the current directory below that root, with slashes; empty for the root.
        is_shallow: whether the clone lacks the older history.
    """

    __slots__ = ()
    top: str | None
    here: str
    is_shallow: bool

    @classmethod
    def find(cls) -> Repository:
        """Find the repository that the current directory, or `GIT_DIR`, is part of.

        Raises:
            ComparisonError: there is none, git is missing, or refuses to read it.
        """
        done = _git(
            *("rev-parse", "--is-bare-repository", "--is-inside-work-tree"),
            *("--is-shallow-repository", "--show-cdup"),
        )
        if done.returncode != 0:
            raise _refusal(done)
        _bare, is_inside, is_shallow, *up = done.stdout.decode().split("\n")
        top, below = None, ""
        if is_inside == "true":
            here = os.getcwd()
            top = os.path.normpath(os.path.join(here, up[0]))
            below = os.path.relpath(here, top).replace(os.sep, "/")
        return cls(top, "" if below == "." else below, is_shallow == "true")

    def resolve(self, word: str) -> tuple[str, list[str]] | None:
        """Look a revision up.

        Args:
            word: anything that `git rev-parse` takes.

        Returns:
            The id of its object, and what git warns of; None where it names none.
        """
        if word.startswith("-") or "\0" in word:  # the former would be read as an option
            return None
        done = _git("rev-parse", "--verify", word)
        found = done.stdout.decode("ascii", "replace").strip()
        if done.returncode != 0 or not _is_id(found):
            return None
        said = done.stderr.decode(errors="replace").splitlines()
        return found, [each[9:] for each in said if each.startswith("warning: ")]

    def merge_base(self, old: str, new: str) -> str:
        """Return the id of the commit that two commits come from.

        Raises:
            ComparisonError: they have nothing in common.
        """
        done = _git("merge-base", old, new)
        if done.returncode != 0:
            raise ComparisonError.because(
                "The two revisions have no commit in common.", "Compare them as `A..B`."
            )
        return done.stdout.decode().split("\n")[0]

    def tree(self, found: str, word: str) -> dict[str, str]:
        """List the files of a revision; links and submodules are none.

        Args:
            found: the id of a commit, a tag or a tree.
            word: what the user calls it.

        Returns:
            The id of each file by its path from the root of the tree, with slashes.

        Raises:
            ComparisonError: it is a file, or its tree is not there.
        """
        done = _git("ls-tree", "-r", "-z", "--full-tree", found)
        if done.returncode != 0:
            raise ComparisonError.because(
                f"The files of `{word}` cannot be listed: {_said(done)}.",
                "Name a commit, a tag or a branch, a single file behind `--`; in a partial clone, "
                "fetch it first.",
            )
        files = {}
        for line in done.stdout.split(b"\0")[:-1]:
            about, _tab, path = line.partition(b"\t")
            mode, _kind, blob = about.split(b" ")
            if mode in _FILES:
                files[_text(path)] = blob.decode()
        return files

    def worktree(self) -> dict[str, str | None]:
        """List the files of the worktree, tracked and untracked, those aside that git ignores.

        Returns:
            None for each file that is read from the disk; the id of those that a sparse
            checkout leaves out of it.

        Raises:
            ComparisonError: the index cannot be read.
        """
        done = _git(
            *("ls-files", "-z", "-t", "-s", "-c", "-o", "--exclude-standard", "--full-name"),
            *("--", ":/"),
        )
        if done.returncode != 0:
            raise _refusal(done)
        files: dict[str, str | None] = {}
        for line in done.stdout.split(b"\0")[:-1]:
            if line.startswith(b"? "):
                files[_text(line[2:])] = None
                continue
            about, _tab, name = line.partition(b"\t")
            tag, mode, blob, _stage = about.split(b" ")
            path = _text(name)
            if mode in _FILES:
                is_sparse = tag == b"S" and not os.path.lexists(self.on_disk(path))
                files[path] = blob.decode() if is_sparse else None
        return files

    def blobs(self, ids: Sequence[str]) -> Iterator[bytes]:
        """Yield the bytes of files, in the order of their ids; one process reads all.

        Raises:
            ComparisonError: a file is not in the repository.
        """
        try:
            yield from _answers(ids)
        except BrokenPipeError:
            raise ComparisonError.because(
                "git has ended before it has given all files.", "`git fsck` may tell why."
            ) from None

    def on_disk(self, path: str) -> str:
        """Return where a file of the worktree is on the disk."""
        return os.path.join(self.top or "", *path.split("/"))

    def seen_from_here(self, path: str) -> str:
        """Show a path of the repository as seen from the current directory.

        >>> Repository("/project", "src", False).seen_from_here("tests/a.py")
        '../tests/a.py'
        """
        if not self.here:
            return path
        parts, here = path.split("/"), self.here.split("/")
        common = 0
        while common < min(len(parts) - 1, len(here)) and parts[common] == here[common]:
            common += 1
        return "/".join([".."] * (len(here) - common) + parts[common:])


# Which program tells of changed files is the configuration's, and is not asked.
_COMMAND = ("git", "--no-pager", "-c", "core.fsmonitor=false")


def _git(*words: str) -> CompletedProcess[bytes]:
    """Run git to its end."""
    import subprocess

    try:
        return subprocess.run(  # noqa: S603 - git, and words that cannot be options
            [*_COMMAND, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=_environment(),
        )
    except (FileNotFoundError, PermissionError):  # the latter of a folder that may not be entered
        raise ComparisonError.because(
            "There is no `git` on the PATH, which revisions are read with.",
            "Install git, or compare folders and snapshots.",
        ) from None


def _answers(ids: Sequence[str]) -> Iterator[bytes]:
    """Ask one process for the bytes of files."""
    from subprocess import DEVNULL, PIPE, Popen

    if not ids:
        return
    with Popen(  # noqa: S603 - git, and ids that git has given
        [*_COMMAND, "cat-file", "--batch"],
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=_environment(),
    ) as process:
        requests: Any = process.stdin
        replies: Any = process.stdout
        for start in range(0, len(ids), _AT_ONCE):
            asked = ids[start : start + _AT_ONCE]
            requests.write("".join(f"{each}\n" for each in asked).encode())
            requests.flush()
            for each in asked:
                head = replies.readline().split()
                if len(head) != 3 or head[1] != b"blob":
                    raise _missing(each)
                yield replies.read(int(head[2]))
                replies.read(1)


def _environment() -> dict[str, str]:
    """Return the environment that git runs in."""
    kept = dict(os.environ)
    for each in _PATHSPECS:
        kept.pop(f"GIT_{each}_PATHSPECS", None)
    return {**kept, **_ENVIRONMENT}


def _refusal(done: CompletedProcess[bytes]) -> ComparisonError:
    """Put into words why git does not read a repository."""
    said = _said(done)
    if said.startswith("not a git repository"):
        return ComparisonError.because(
            "There is no git repository here, so there are no revisions.",
            "Go into one, or compare two folders, files or snapshots.",
        )
    return ComparisonError.because(f"git cannot read the repository: {said}")


def _missing(blob: str) -> ComparisonError:
    """Report a file that the repository should have."""
    return ComparisonError.because(
        f"The object {blob} is not in this repository; the clone may be a partial one.",
        "Fetch it first, as with `git fetch --refetch` or by checking the revision out.",
    )


def _said(done: CompletedProcess[bytes]) -> str:
    """Return what git has said of an error."""
    text = done.stderr.decode(errors="replace").strip()
    return text.removeprefix("fatal: ").rstrip(".") or f"it ends with {done.returncode}"


def _is_id(text: str) -> bool:
    """Tell whether a text is the whole id of an object."""
    return len(text) in (40, 64) and _HEX.issuperset(text)


def _text(path: bytes) -> str:
    """Decode a path as the file system does; any byte comes back as it was."""
    return path.decode(sys.getfilesystemencoding(), "surrogateescape")
