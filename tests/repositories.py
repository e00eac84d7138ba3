"""Git repositories for tests, made of files, independent of the machine's configuration."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from hpargparse.diff.operands import Request
from hpargparse.diff.pipeline import diff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")

SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "somebody" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "somebody@example.org" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_DATE": "2024-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")},
}


def isolate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let git see nothing of who runs the tests."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


def git(folder: Path, *arguments: str, data: bytes | None = None) -> str:
    """Run git in a folder and return its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        input=data,
        env={**kept, **SETTINGS},
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout.decode(errors="surrogateescape").strip()


def start(folder: Path, *options: str) -> Path:
    """Make an empty repository."""
    folder.mkdir(exist_ok=True)
    git(folder, "init", "-q", "-b", "main", "--template=", *options)
    return folder


def write(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write files, or remove those that are None."""
    for name, text in files.items():
        path = folder / name
        if text is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def commit(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write files and commit everything."""
    write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "a commit")


def imported(folder: Path, history: Sequence[Mapping[str, bytes]]) -> list[str]:
    """Make a repository of a list of trees, in one process; return the ids of the commits."""
    start(folder)
    stream = []
    for number, files in enumerate(history, 1):
        head = f"commit refs/heads/main\nmark :{number}\n"
        who = "committer somebody <somebody@example.org> 1704067200 +0000\n"
        stream.append(f"{head}{who}data 9\na commit\ndeleteall\n".encode())
        for name, data in files.items():
            quoted = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            stream.append(f'M 100644 inline "{quoted}"\ndata {len(data)}\n'.encode() + data + b"\n")
    git(folder, "fast-import", "--quiet", "--done", data=b"".join([*stream, b"done\n"]))
    ids = git(folder, "rev-list", "--reverse", "main").split()
    git(folder, "reset", "-q", "--hard")
    return ids


def changes(*operands: str, paths: Sequence[str] = (), **options: object) -> list[str]:
    """Compare, and describe what differs with its places."""
    described = []
    for change in diff(Request(operands, tuple(paths)).replace(**options)).changes:
        places = ">".join(side.place for side in (change.old, change.new) if side)
        described.append(f"{change.kind} {change.latest.name} {places}")
    return described


def refused(*operands: str, paths: Sequence[str] = ()) -> str:
    """Return the message of a comparison that is refused."""
    from hpman import HpmanError

    with pytest.raises(HpmanError) as caught:
        diff(Request(operands, tuple(paths)))
    return str(caught.value)
