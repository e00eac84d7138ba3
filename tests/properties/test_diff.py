"""What is read from git's objects is what a checkout of both sides shows."""

from __future__ import annotations

import io
import os
import tarfile
from random import Random
from subprocess import PIPE, run
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings, strategies as st

from hpargparse.diff.operands import Request
from hpargparse.diff.pipeline import diff
from hpman import HpmanError
from tests.repositories import git, imported, isolate, needs_git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hpargparse.diff.compare import Definition

pytestmark = needs_git

COMMITS = 200
KEPT = "README.md"  # so that there is always a tree
FOLDERS = ["", "pkg/", "pkg/deep/er/", ".hidden/", "node_modules/", "env/", "a b/", 'q"/']
NAMES = ["lr", "model.depth", "dropout", "drop_rate", "weight_decay", "a", "b", "c"]
DEFAULTS = ["1", "1.0", "True", "0.5", "1e-3", "'x'", "[1, {2}]", "relu", "LR/10", "LR / 10"]
HINTS = ["", ", help='x'", ", range=[0, 1]", ", help=f(1)"]
HEADERS = ["", "from hpman.m import _\n", "from hpman.m import hp\n", "import gettext as _\n"]
JUNK = [b"\0\1\2", b"_(\xff)", b"\xff\xfe_\0(\0", b"# coding: nothing\n_('a', 1)", b"x = 1\r\n"]


class History(NamedTuple):
    """A repository, its commits, and a folder for what they hold."""

    folder: Path
    ids: list[str]
    plain: Path

    def __repr__(self) -> str:
        return "history"


def _text(chance: Random) -> bytes:
    """Write a module, or something that is none."""
    if chance.random() < 0.15:
        return chance.choice(JUNK)
    lines = [chance.choice(HEADERS)]
    for _line in range(chance.randrange(5)):
        caller = chance.choice(["_", "_", "_", "hp"])
        default = "" if chance.random() < 0.2 else f", {chance.choice(DEFAULTS)}"
        lines.append(f"{caller}({chance.choice(NAMES)!r}{default}{chance.choice(HINTS)})\n")
    text = "".join(lines) + ("_(" if chance.random() < 0.05 else "")
    return text.replace("\n", chance.choice(["\n", "\r\n"])).encode()


def _changed(files: dict[str, bytes], chance: Random) -> dict[str, bytes]:
    """Edit, rename, delete or add a few files."""
    files = dict(files)
    for _change in range(chance.randrange(1, 4)):
        kind = chance.choice(["edit", "edit", "edit", "rename", "delete", "add"])
        there = sorted(files.keys() - {KEPT})
        if kind == "add" or not there:
            name = chance.choice(["a.py", "b.py", "c.py", "d.txt", "pyvenv.cfg"])
            files[chance.choice(FOLDERS) + name] = _text(chance)
            continue
        name = chance.choice(there)
        if kind == "edit":
            files[name] = _text(chance)
        elif kind == "delete":
            del files[name]
        else:
            data = files.pop(name)
            files[chance.choice(FOLDERS) + os.path.basename(name)] = data
    return files


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """Make the repository, and go there."""
    chance = Random(20)
    trees: list[dict[str, bytes]] = [{KEPT: b"", "a.py": b"_('lr', 1)\n"}]
    while len(trees) < COMMITS:
        trees.append(_changed(trees[-1], chance))
    folder = tmp_path_factory.mktemp("history")
    with pytest.MonkeyPatch.context() as patch:
        isolate(patch)
        patch.chdir(folder)
        ids = imported(folder, trees)
        assert len(ids) == COMMITS
        yield History(folder, ids, tmp_path_factory.mktemp("plain"))


def _checked_out(history: History, number: int) -> str:
    """Write what a commit holds into a folder of its own."""
    target = history.plain / str(number)
    if not target.exists():
        archive = run(
            ["git", "archive", history.ids[number]], cwd=history.folder, stdout=PIPE, check=True
        )
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            target.mkdir()
            for member in files.getmembers():
                if member.isfile():
                    inner = files.extractfile(member)
                    assert inner is not None
                    path = target / member.name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(inner.read())
    return str(target)


def _seen(request: Request, *folders: str) -> tuple[list[str], list[str]]:
    """Compare; show paths as both ways have them in common."""
    prefixes = [*(f"{folder}/" for folder in folders), *(f"{name}:" for name in request.operands)]

    def common(text: str) -> str:
        for prefix in prefixes:
            text = text.removeprefix(prefix)
        return text

    try:
        found = diff(request)
    except HpmanError as error:  # nothing of a side can be parsed
        return [], sorted(common(problem.place) for problem in error.diagnostics)

    def plain(side: Definition | None) -> Definition | None:
        return side and side.replace(path=common(side.path), value=side.identity)

    shown = [
        repr(change.replace(old=plain(change.old), new=plain(change.new)))
        for change in found.changes
    ]
    return sorted(shown), sorted(map(common, found.warnings))


numbers = st.integers(0, COMMITS - 1)
few = settings(max_examples=settings().max_examples // 2)


@few
@given(numbers, numbers, st.sampled_from([(), ("a.py",), ("pkg/*.py",), ("deep",)]))
def test_two_revisions_differ_as_their_checkouts_do(
    history: History, old: int, new: int, exclude: tuple[str, ...]
) -> None:
    folders = _checked_out(history, old), _checked_out(history, new)
    of_folders = _seen(Request(folders, exclude=exclude), *folders)
    of_git = _seen(Request((history.ids[old], history.ids[new]), exclude=exclude))
    assert of_git[0] == of_folders[0]
    assert of_git[1] == of_folders[1]


@few
@given(numbers, numbers)
def test_the_worktree_differs_as_its_commit_does(history: History, old: int, new: int) -> None:
    git(history.folder, "checkout", "-q", "--detach", history.ids[new])
    of_worktree = _seen(Request((history.ids[old],)))
    of_commit = _seen(Request((history.ids[old], history.ids[new])))
    assert of_worktree == of_commit
