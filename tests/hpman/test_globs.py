"""What globs match, also where paths are those of another system."""

from __future__ import annotations

import ntpath
from types import SimpleNamespace

import pytest

from hpman import globs


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the paths of Windows, with the current directory `C:\\proj`."""

    def absolute(path: str) -> str:
        return ntpath.normpath(ntpath.join(r"C:\proj", path))

    path = SimpleNamespace(
        join=ntpath.join, normpath=ntpath.normpath, abspath=absolute, realpath=absolute
    )
    monkeypatch.setattr(globs, "os", SimpleNamespace(sep="\\", name="nt", path=path))


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(
    "exclude",
    [
        "gen.py",
        "GEN.py",
        "sub/gen.py",
        r"sub\gen.py",
        "src/*/sub/gen.py",
        r"src\*\sub\gen.py",
        r".\src\pk[g]\sub\gen.py",
        "src/**/gen.py",
        "../*/src/pkg/sub/gen.py",
        r"C:\*\src\pkg\sub\gen.py",
        "c:/proj/**/gen.py",
        "C:/proj/src/pkg/sub/gen.py",
    ],
)
def test_either_slash_separates_on_windows(exclude: str) -> None:
    folder = r"C:\proj\src\pkg"
    matches = globs.compile_globs([exclude], folder, folder)
    assert matches(rf"{folder}\sub\gen.py")
    assert not matches(rf"{folder}\sub\keep.py")


def test_a_folder_by_two_paths_is_matched_by_each() -> None:
    for exclude in ("/near/*/gen.py", "/far/*/gen.py"):
        matches = globs.compile_globs([exclude], "/near/pkg", "/far/pkg")
        assert matches("/near/pkg/gen.py")
        assert not matches("/near/pkg/keep.py")


def test_no_glob_matches_nothing() -> None:
    assert not globs.compile_globs([], "/t", "/t")("/t/a.py")


@pytest.mark.parametrize("glob", ["**/a/**/b", "*a*a*a*a*b", "**/**/**/**/b"])
def test_matching_takes_linear_time(glob: str) -> None:
    # Not timed: what is exponential would run for years.
    path = f"{'a' * 30}/" * 300
    assert not globs.compile_globs([glob], "/t", "/t")(f"/t/{path}x")
    assert globs.compile_globs(["**/a/**/b"], "/t", "/t")(f"/t/a/{path}b")


@pytest.mark.parametrize(
    "glob",
    ["/".join(["**"] * 1000) + "/x", "**/a/" * 400 + "b", "a*" * 100 + "b", "*a?" * 80 + "b"],
)
def test_a_glob_with_many_stars_matches_in_linear_time(glob: str) -> None:
    # Backtracking, each of these would take longer than the universe exists.
    matches = globs.compile_globs([glob], "/t", "/t")
    assert not matches("/t/" + "a/" * 60 + "a" * 250)


def test_stars_in_a_row_match_any_number_of_folders() -> None:
    matches = globs.compile_globs(["a/**/**/b"], "/t", "/t")
    assert [path for path in ("/t/a/b", "/t/a/x/b", "/t/a/x/y/b", "/t/b") if not matches(path)] == [
        "/t/b"
    ]
