"""What differs between records of runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hpargparse.runs.compare import (
    Row,
    SourceChanges,
    differing_rows,
    differing_sources,
    text_report,
)
from tests.hpargparse.runs.recorded import write
from tests.repositories import commit, git, isolate, needs_git, start, write as write_files


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)
    monkeypatch.chdir(tmp_path)


def _end(**metrics: Any) -> dict[str, object]:
    return {"status": "finished", "ended": 1, "metrics": metrics}


def test_only_what_differs_is_listed() -> None:
    here = Path.cwd()
    origins = {"lr": ["a.py:1 default 1e-3"], "wd": [], "n": ["call 3"]}
    records = [
        write(here, "a", _end(loss=0.5, same=1), values={"lr": "0.1", "wd": "0"}, origins=origins),
        write(
            here,
            "b",
            _end(loss=0.25, same=1),
            values={"lr": "0.2", "wd": "0", "n": "3"},
            origins={**origins, "lr": ["dir a/b.py:22 default 1 default 2"]},
            packages=["numpy==2.1", "odd"],
        ),
        write(here, "c", {"status": "failed"}, values={"lr": "0.1", "wd": "0"}),
    ]
    assert differing_rows(records) == [
        Row("values", "lr", ("0.1", "0.2", "0.1"), "train.py:1"),
        Row("values", "n", (None, "3", None)),
        Row("metrics", "loss", (0.5, 0.25, None)),
        Row("metrics", "same", (1, 1, None)),
        Row("run", "status", ("finished", "finished", "failed")),
        Row("packages", "numpy", (None, "2.1", None)),
        Row("packages", "odd", (None, "", None)),
    ]
    assert differing_rows(records[:2])[0].place == "dir a/b.py:22"


def test_an_old_name_and_the_new_one_are_one_row() -> None:
    renamed = {"optim.lr": "lr", "wd": "decay"}
    records = [
        write(Path.cwd(), "a", values={"optim.lr": "0.1", "enc/wd": "1"}),
        write(Path.cwd(), "b", values={"lr": "0.2", "enc/decay": "2"}, renamed=renamed),
        write(Path.cwd(), "c", values={"lr": "0.1", "optim.lr": "3"}, renamed=None),
    ]
    names = {row.name: row.cells for row in differing_rows(records[:2])}
    assert names == {"lr": ("0.1", "0.2"), "enc/decay": ("1", "2")}
    rows = differing_rows([records[2], records[1]])
    assert [row.cells for row in rows if row.name.endswith("lr")] == [("0.1", "0.2"), ("3", None)]


def test_a_revision_is_short_and_says_whether_it_was_dirty() -> None:
    commits = [{"revision": "0123456789abcdef", "dirty": dirty} for dirty in (True, False)]
    records = [write(Path.cwd(), f"{n}", None, **keys) for n, keys in enumerate(commits)]
    (row,) = differing_rows(records)
    assert row == Row("run", "revision", ("0123456789ab-dirty", "0123456789ab"))


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ((0.123456, 0.5, 3), ["0.1235", "0.5", "3"]),
        ((0.12345, 0.12346, None), ["0.12345", "0.12346", "-"]),
        ((0.5, 0.500000001), ["0.5", "0.500000001"]),
        ((1.0, 1), ["1.0", "1"]),
        ((float("nan"), "text", True), ["nan", "text", "True"]),
    ],
)
def test_metrics_have_the_digits_that_tell_them_apart(
    cells: tuple[Any, ...], shown: list[str]
) -> None:
    report = text_report("abc"[: len(cells)], [Row("metrics", "loss", cells)], [])
    assert report.splitlines()[-1].split() == ["loss", *shown]


def test_columns_are_aligned() -> None:
    rows = [
        Row("values", "名前", ("'层'", None), "a.py:1"),
        Row("values", "b", ("1", "[1, 2]"), "a\x1b.py:12"),
        Row("metrics", "loss", (1.0, 2.0)),
    ]
    assert text_report(["k3", "m9"], rows, []) == (
        "        k3    m9\n"
        "values\n"
        "  名前  '层'  -       a.py:1\n"
        "  b     1     [1, 2]  a\\x1b.py:12\n"
        "metrics\n"
        "  loss  1     2\n"
    )


def test_the_names_of_foreign_folders_are_escaped() -> None:
    report = text_report(["a", "b"], [], [SourceChanges("a", "\x1b", (), None, "Lost.")])
    assert report == "sources of a and \\x1b\n  Lost.\n"


def _repository() -> tuple[str, str]:
    """Make two commits, and return their ids."""
    here = start(Path.cwd())
    ids = []
    for text, number in (("1e-3", 1), ("1e-2", 2)):
        commit(here, {"train.py": f'_("lr", {text})\n', "other.py": f'_("no", {number})\n'})
        ids.append(git(here, "rev-parse", "HEAD"))
    return ids[0], ids[1]


@needs_git
def test_sources_of_commits_are_compared() -> None:
    first, second = _repository()
    write_files(Path.cwd(), {"train.py": "nonsense("})
    records = [
        write(Path.cwd(), name, revision=name_of, patch="none", sources={"train.py": name})
        for name, name_of in (("a", first), ("b", second), ("c", first))
    ]
    records[2].data["sources"] = records[0].data["sources"]
    (changes,) = differing_sources(records)
    assert (changes.old, changes.new, changes.files) == ("a", "b", ("train.py",))
    assert text_report(["a", "b"], [], [changes]) == (
        "sources of a and b\n  train.py\n  ~ lr: 1e-3 -> 1e-2  train.py:1\n  1 changed (a -> b)\n"
    )


@needs_git
def test_a_patch_is_a_part_of_the_sources() -> None:
    _first, second = _repository()
    here = Path.cwd()
    write_files(here, {"train.py": '_("lr", 5)\n', "data": "1\n", "sub/new.py": '_("x", 1)\n'})
    git(here, "add", "-A")
    sources = {"train.py": "2", "sub/new.py": "1"}
    old = write(here, "a", revision=second, patch="none", sources={"train.py": "1"})
    new = write(here, "b", revision=second, patch="kept", sources=sources)
    patch = git(here, "diff", "--cached", "--binary", "HEAD") + "\n"
    (Path(new.folder) / "diff.patch").write_text(patch)
    (changes,) = differing_sources([old, new])
    assert changes.comparison is not None
    assert [(row.kind, row.latest.name) for row in changes.comparison.changes] == [
        ("added", "x"),
        ("changed", "lr"),
    ]


@needs_git
def test_a_patch_that_does_not_fit_is_said() -> None:
    first, _second = _repository()
    here = Path.cwd()
    old = write(here, "a", revision=first, patch="none", sources={"train.py": "1"})
    new = write(here, "b", revision=first, patch="kept", sources={"train.py": "2"})
    patch = "--- a/train.py\n+++ b/train.py\n@@ -1 +1 @@\n-no\n+yes\n"
    (Path(new.folder) / "diff.patch").write_text(patch)
    (changes,) = differing_sources([old, new])
    assert changes.reason.startswith("They cannot be compared: `git apply` failed: error: patch")


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({}, "b has no commit of git."),
        ({"revision": None}, "b has no commit of git."),
        ({"revision": "0" * 40, "patch": "too large"}, "b has not kept the changes since its"),
    ],
)
def test_sources_that_cannot_be_read_again_are_named(keys: dict[str, Any], reason: str) -> None:
    here = Path.cwd()
    old = write(here, "a", revision="0" * 40, patch="none", sources={"a.py": "1", "b.py": "2"})
    new = write(here, "b", sources={"a.py": "0", "b.py": "2"}, **keys)
    (changes,) = differing_sources([old, new])
    assert changes.comparison is None
    shown = text_report(["a", "b"], [], [changes])
    assert shown.startswith(f"sources of a and b\n  a.py\n  {reason}")


def test_equal_runs_do_not_differ() -> None:
    records = [write(Path.cwd(), name, sources={"a.py": "1"}) for name in "ab"]
    assert differing_rows(records) == []
    assert text_report(["a", "b"], [], differing_sources(records)) == (
        "These runs do not differ.\n"
    )
