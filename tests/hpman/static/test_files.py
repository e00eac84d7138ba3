"""Which files a path leads to, and how they are read."""

from __future__ import annotations

import errno
import inspect
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from hpman.static import files
from hpman.static.files import SourceFile, flatten, read_file, walk

if TYPE_CHECKING:
    from collections.abc import Callable

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Make a tree of empty files in the current directory."""
    monkeypatch.chdir(tmp_path)

    def plant(*names: str) -> Path:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path

    return plant


def _walk(paths: Any, exclude: Any = ()) -> list[SourceFile]:
    return walk(flatten(paths), list(flatten(exclude)))


def _shown(paths: Any, exclude: Any = ()) -> list[str]:
    return [file.path.replace(os.sep, "/") for file in _walk(paths, exclude)]


def _replace_os(monkeypatch: pytest.MonkeyPatch, **parts: object) -> None:
    """Replace parts of `os` for the module alone."""
    monkeypatch.setattr(files, "os", SimpleNamespace(**{**vars(os), **parts}))


def test_a_folder_gives_every_python_file_below_it_by_parts_of_the_path(plant: Any) -> None:
    plant("t/b.py", "t/a.py", "t/a/z.py", "t/a-b/c.py", "t/a/deep/er/x.py", "t/note.txt", "t/c.pyi")
    expected = ["t/a/deep/er/x.py", "t/a/z.py", "t/a-b/c.py", "t/a.py", "t/b.py"]
    assert _shown("t") == expected
    assert [Path(path) for path in expected] == sorted(Path("t").rglob("*.py"))


@pytest.mark.parametrize(
    "name",
    ["x.py", "x.txt", "script", ".hidden.py", "a b.py", "a\nb.py", "[x].py", "*.py", "模.py"],
)
def test_a_file_counts_as_it_is_named(plant: Any, name: str) -> None:
    if sys.platform == "win32" and set(name) & set("*\n"):
        pytest.skip("no such name there")
    plant(name)
    assert walk([name]) == [SourceFile(name, True, os.path.realpath(name))]


@pytest.mark.parametrize("name", ["[ab]", "a*", ".hidden", "node_modules", "x.py", "site-packages"])
def test_a_folder_that_is_named_is_walked_whatever_it_is_called(plant: Any, name: str) -> None:
    if sys.platform == "win32" and "*" in name:
        pytest.skip("no such name there")
    plant(f"{name}/m.py", "a/m.py", f"{name}/pyvenv.cfg")
    assert _shown(name) == [f"{name}/m.py"]


@pytest.mark.parametrize(
    "skipped",
    [".git/m.py", "__pycache__/m.py", "node_modules/m.py", "site-packages/m.py", "lib/.tox/m.py"],
)
def test_folders_of_tools_are_left_out(plant: Any, skipped: str) -> None:
    plant(f"t/{skipped}", "t/m.py")
    assert _shown("t") == ["t/m.py"]


def test_a_virtual_environment_is_excluded_under_any_name(plant: Any) -> None:
    plant("t/mine/pyvenv.cfg", "t/mine/m.py", "t/mine/lib/m.py", "t/m.py")
    assert _shown("t") == ["t/m.py"]


def test_a_hidden_file_is_not_a_hidden_folder(plant: Any) -> None:
    plant("t/.m.py")
    assert _shown("t") == ["t/.m.py"]


def test_a_folder_named_like_a_file_is_walked(plant: Any) -> None:
    plant("t/pkg.py/m.py")
    assert _shown("t") == ["t/pkg.py/m.py"]


def test_paths_come_in_any_nesting(plant: Any) -> None:
    root = plant("a.py", "b.py", "c.py", "t/d.py")
    given = ["b.py", (Path("a.py"), {"c.py"}), [root / "t"], iter(["a.py"])]
    assert [os.path.basename(path) for path in _shown(given)] == ["a.py", "b.py", "c.py", "d.py"]


def test_no_paths_give_no_files() -> None:
    assert walk([]) == []


def test_the_order_is_one_of_places_not_of_how_they_are_given(plant: Any) -> None:
    root = plant("a.py", "b.py", "c.py")
    assert _shown(["c.py", str(root / "b.py"), "./a.py"]) == [
        "./a.py",
        (root / "b.py").as_posix(),
        "c.py",
    ]


@pytest.mark.parametrize("again", ["./t/m.py", "t/../t/m.py", "t", ".", "t/"])
def test_a_file_by_two_routes_counts_once_and_as_named(plant: Any, again: str) -> None:
    root = plant("t/m.py")
    for both in (["t/m.py", again], [again, "t/m.py"], [str(root / "t" / "m.py"), "t/m.py", again]):
        assert walk(both) == [SourceFile("t/m.py", True, os.path.realpath("t/m.py"))]


def test_overlapping_folders_count_a_file_once(plant: Any) -> None:
    plant("t/s/m.py", "t/n.py")
    assert _shown(["t/s", "t"]) == ["t/n.py", "t/s/m.py"]
    assert not any(file.is_named for file in walk(["t/s", "t"]))


@pytest.mark.parametrize("path", ["gone.py", "gone/", "", "a\0b", "t/gone.py"])
def test_a_path_that_is_not_there_is_an_error(plant: Any, path: str) -> None:
    plant("t/m.py")
    with pytest.raises(FileNotFoundError) as caught:
        walk(["t", path])
    assert caught.value.errno == errno.ENOENT
    assert caught.value.filename == path


NOT_THERE = [
    pytest.param("t/m.py/n.py", "Not a directory", id="below a file"),
    pytest.param("x" * 300, "File name too long", id="a long name"),
    pytest.param("t/ring", "symbolic links", id="a link to itself"),
    pytest.param("a\0b", "null", id="a null character"),
    pytest.param("\ud800.py", "surrogates", id="a lone surrogate"),
]


@pytest.mark.skipif(sys.platform == "win32", reason="its errors are others")
@pytest.mark.parametrize(("path", "why"), NOT_THERE)
def test_a_path_that_cannot_be_is_not_there_and_says_why(plant: Any, path: str, why: str) -> None:
    root = plant("t/m.py")
    (root / "t" / "ring").symlink_to("ring")
    with pytest.raises(FileNotFoundError, match=f"No such file or directory: .*{why}") as caught:
        walk(["t", path])
    assert (caught.value.errno, caught.value.filename) == (errno.ENOENT, path)
    assert caught.value.__suppress_context__


def test_any_other_error_of_the_system_stays_as_it_is(
    plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    _replace_os(monkeypatch, stat=refuse)
    with pytest.raises(PermissionError) as caught:
        walk(["t"])
    assert (caught.value.errno, caught.value.filename) == (errno.EACCES, "t")


class _BytesPath:
    def __fspath__(self) -> bytes:
        return b"m.py"


@pytest.mark.parametrize("path", [3, None, b"m.py", bytearray(b"m"), _BytesPath(), [["t", 3]], 1.5])
def test_anything_else_than_a_path_is_an_error(path: Any) -> None:
    with pytest.raises(TypeError, match="is not a path; give a str"):
        list(flatten(path))


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ((), ["a.py", "lib/a.py", "lib/old/b.py", "old/b.py", "old/c_test.py"]),
        ("old", ["a.py", "lib/a.py"]),
        ("old/", ["a.py", "lib/a.py"]),
        (["old"], ["a.py", "lib/a.py"]),
        (Path("old"), ["a.py", "lib/a.py"]),
        ("./lib/old", ["a.py", "lib/a.py", "old/b.py", "old/c_test.py"]),
        ("lib/*", ["a.py", "old/b.py", "old/c_test.py"]),
        ("*/old", ["a.py", "lib/a.py"]),
        ("l*/old", ["a.py", "lib/a.py", "old/b.py", "old/c_test.py"]),
        ("**/old", ["a.py", "lib/a.py"]),
        ("lib/**", ["a.py", "old/b.py", "old/c_test.py"]),
        ("lib/**/b.py", ["a.py", "lib/a.py", "old/b.py", "old/c_test.py"]),
        ("**/b.py", ["a.py", "lib/a.py", "old/c_test.py"]),
        ("*_test.py", ["a.py", "lib/a.py", "lib/old/b.py", "old/b.py"]),
        ("[bc]*.py", ["a.py", "lib/a.py"]),
        ("[!b].py", ["lib/old/b.py", "old/b.py", "old/c_test.py"]),
        (["?.py"], ["old/c_test.py"]),
        ("t/old", ["a.py", "lib/a.py", "lib/old/b.py"]),
        (["lib", "old"], ["a.py"]),
        (
            ["[z-a]", "[", "(", ""],
            ["a.py", "lib/a.py", "lib/old/b.py", "old/b.py", "old/c_test.py"],
        ),
    ],
)
def test_globs_leave_files_and_folders_out(plant: Any, exclude: Any, left: list[str]) -> None:
    root = plant("t/a.py", "t/lib/a.py", "t/lib/old/b.py", "t/old/b.py", "t/old/c_test.py")
    assert _shown("t", exclude) == [f"t/{path}" for path in left]
    assert len(_walk(root / "t", exclude)) == len(left)


FROM_HERE = [
    pytest.param("src/*/gen.py", ["sub/gen.py"], id="a star for the walked folder"),
    pytest.param("*/pkg/gen.py", ["sub/gen.py"], id="a star first"),
    pytest.param("src/pk[g]/gen.py", ["sub/gen.py"], id="a set"),
    pytest.param("s?c/pkg/gen.py", ["sub/gen.py"], id="any letter"),
    pytest.param("./src/*/gen.py", ["sub/gen.py"], id="a dot first"),
    pytest.param("src/../src/*/gen.py", ["sub/gen.py"], id="up and down"),
    pytest.param("src/**/gen.py", [], id="two stars"),
    pytest.param("src/*/*/gen.py", ["gen.py"], id="a star for each folder"),
    pytest.param("src/*/sub", ["gen.py"], id="a folder"),
    pytest.param("*/gen.py", ["gen.py"], id="below the walked folder"),
    pytest.param("src/*", ["gen.py", "sub/gen.py"], id="what is walked itself"),
    pytest.param("srcs/*/gen.py", ["gen.py", "sub/gen.py"], id="another folder"),
    pytest.param("rc/*/gen.py", ["gen.py", "sub/gen.py"], id="half a name"),
    pytest.param("src/*/gen", ["gen.py", "sub/gen.py"], id="half a file"),
]


@pytest.mark.parametrize(("exclude", "left"), FROM_HERE)
def test_a_glob_with_a_slash_is_read_from_the_current_directory_too(
    plant: Any, exclude: str, left: list[str]
) -> None:
    root = plant("src/pkg/gen.py", "src/pkg/keep.py", "src/pkg/sub/gen.py")
    expected = sorted([*left, "keep.py"])
    for walked in ("src/pkg", "./src/pkg/", root / "src" / "pkg"):
        found = [Path(path).relative_to(walked).as_posix() for path in _shown(walked, exclude)]
        assert sorted(found) == expected


@pytest.mark.parametrize("exclude", ["src/*/gen.py", "*/pkg/gen.py", "src/**/gen.py"])
def test_an_absolute_glob_is_matched_against_the_whole_path(plant: Any, exclude: str) -> None:
    root = plant("src/pkg/gen.py", "src/pkg/keep.py")
    assert _shown("src/pkg", root / exclude) == ["src/pkg/keep.py"]
    assert _shown("src/pkg", f"/*/nowhere/{exclude}") == ["src/pkg/gen.py", "src/pkg/keep.py"]


def test_a_glob_may_lead_up_from_the_current_directory(
    plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant("src/pkg/gen.py", "src/pkg/keep.py", "other/x.py")
    monkeypatch.chdir(root / "other")
    assert _shown("../src/pkg", "../*/pkg/gen.py") == ["../src/pkg/keep.py"]
    assert _shown("../src/pkg", "*/pkg/gen.py") == ["../src/pkg/gen.py", "../src/pkg/keep.py"]


@pytest.mark.parametrize("name", ["[x]", "a*b", "**", "a?b", "[!x]"])
def test_the_current_directory_may_be_called_as_a_glob(
    plant: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform == "win32" and set(name) & set("*?"):
        pytest.skip("no such name there")
    root = plant(f"{name}/src/pkg/gen.py", f"{name}/src/pkg/keep.py", f"{name}/{name}/old/m.py")
    monkeypatch.chdir(root / name)
    assert _shown("src/pkg", "src/*/gen.py") == ["src/pkg/keep.py"]
    assert _shown("src/pkg", root / name / "src" / "pkg" / "gen.py") == ["src/pkg/keep.py"]
    assert _shown(name, f"{name}/old") == []


@needs_links
@pytest.mark.parametrize("exclude", ["src/*/gen.py", "*/pkg/gen.py", "near/*/gen.py"])
def test_a_glob_is_matched_with_and_without_symbolic_links(
    plant: Any, exclude: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant("far/src/pkg/gen.py", "far/src/pkg/keep.py")
    (root / "link").symlink_to("far")
    (root / "far" / "near").symlink_to("src")
    monkeypatch.chdir(root / "link")
    for walked in ("src/pkg", root / "far" / "src" / "pkg", root / "link" / "src" / "pkg"):
        for glob in (exclude, root / "far" / exclude, root / "link" / exclude):
            assert [os.path.basename(path) for path in _shown(walked, glob)] == ["keep.py"]


def test_a_glob_can_be_an_absolute_path(plant: Any) -> None:
    root = plant("t/a.py", "t/old/b.py")
    assert _shown("t", root / "t" / "old") == ["t/a.py"]
    assert _shown("t", root / "elsewhere" / "old") == ["t/a.py", "t/old/b.py"]


def test_a_named_path_is_never_excluded(plant: Any) -> None:
    plant("t/a.py", "b.py")
    assert _shown(["t", "b.py"], ["t", "b.py"]) == ["b.py", "t/a.py"]


def test_a_folder_excluded_from_another_is_still_walked_for_itself(plant: Any) -> None:
    plant("t/s/m.py", "t/n.py")
    for both in (["t", "t/s"], ["t/s", "t"]):
        assert _shown(both, "s") == ["t/n.py", "t/s/m.py"]


@pytest.mark.parametrize(
    ("exclude", "path", "is_excluded"),
    [
        pytest.param("gen.py", "t/s/gen.py", True, id="a name"),
        pytest.param("s", "t/s/gen.py", True, id="a folder around it"),
        pytest.param("s/gen.py", "t/s/gen.py", True, id="below the given folder"),
        pytest.param("t/*/gen.py", "t/s/gen.py", True, id="from here"),
        pytest.param("t", "t/s/gen.py", False, id="the given folder"),
        pytest.param("t", "t/deep/m.py", False, id="the given folder around a nearer one"),
        pytest.param("deep", "t/deep/m.py", False, id="the nearer one"),
        pytest.param("gen.py", "t/s/other.py", False, id="another name"),
        pytest.param((), "t/s/gen.py", False, id="nothing"),
        pytest.param("u", "u/gen.py", True, id="outside of it"),
        pytest.param("u/*.py", "u/gen.py", True, id="outside of it from here"),
        pytest.param("script.py", "t/s/gen.py", False, id="the script"),
    ],
)
def test_an_imported_file_is_excluded_as_if_it_were_walked(
    plant: Any, exclude: Any, path: str, is_excluded: bool
) -> None:
    root = plant("t/s/gen.py", "t/deep/m.py", "u/gen.py")
    for given in (["t", "t/deep", "t/gone"], [root / "t" / "deep", root / "t"]):
        for script in ("t/script.py", str(root / "t" / "script.py")):
            is_excluded_by = files.exclusion(map(os.fspath, given), list(flatten(exclude)))
            assert is_excluded_by(path, script) is is_excluded
            assert is_excluded_by(str(root / path), script) is is_excluded


def test_an_imported_file_is_judged_from_the_folder_of_both(plant: Any) -> None:
    plant("old/pkg/bin/train.py", "old/pkg/net.py", "old/pkg/bin/net.py")
    for exclude, left_out in {"old": False, "pkg": False, "net.py": True, "pkg/*": False}.items():
        is_excluded_by = files.exclusion(["old/pkg/bin/train.py"], [exclude])
        assert is_excluded_by("old/pkg/net.py", "old/pkg/bin/train.py") is left_out
    assert files.exclusion([], ["bin"])("old/pkg/bin/net.py", "old/pkg/train.py")
    assert not files.exclusion([], ["bin"])("old/pkg/bin/net.py", "old/pkg/bin/train.py")


@needs_links
def test_links_are_followed_and_loops_end(plant: Any) -> None:
    root = plant("t/m.py", "else/where/n.py", "else/o.py")
    (root / "t" / "loop").symlink_to(root / "t")
    (root / "t" / "sub").mkdir()
    (root / "t" / "sub" / "up").symlink_to("..")
    (root / "t" / "where").symlink_to(root / "else" / "where")
    (root / "t" / "link.py").symlink_to(root / "else" / "o.py")
    assert _shown("t") == ["t/link.py", "t/m.py", "t/where/n.py"]


@needs_links
def test_a_file_is_listed_by_the_way_without_links(plant: Any) -> None:
    root = plant("t/z/m.py", "t/n.py")
    (root / "t" / "a").symlink_to(root / "t" / "z")
    (root / "t" / "b.py").symlink_to(root / "t" / "n.py")
    assert _shown("t") == ["t/n.py", "t/z/m.py"]


@needs_links
def test_two_links_to_one_place_count_once(plant: Any) -> None:
    root = plant("far/m.py")
    (root / "t").mkdir()
    for name in ("one", "two"):
        (root / "t" / name).symlink_to(root / "far")
    assert _shown("t") == ["t/one/m.py"]
    assert _shown(["t", "far"]) == ["far/m.py"]


@needs_links
def test_a_folder_below_a_link_is_reached_by_a_link(plant: Any) -> None:
    root = plant("a/far/away/m.py")
    (root / "t").mkdir()
    (root / "t" / "b").symlink_to(root / "a" / "far")
    assert _shown([root / "a", "t"]) == [str(root / "a" / "far" / "away" / "m.py")]


@needs_links
def test_broken_links_are_not_files(plant: Any) -> None:
    root = plant("t/m.py")
    (root / "t" / "gone.py").symlink_to("nowhere.py")
    (root / "t" / "itself.py").symlink_to("itself.py")
    (root / "t" / "folder").symlink_to("nowhere")
    assert _shown("t") == ["t/m.py"]
    with pytest.raises(FileNotFoundError):
        walk(["t/gone.py"])


@needs_links
def test_a_folder_given_by_a_link_is_walked(plant: Any) -> None:
    root = plant("far/m.py")
    (root / "near").symlink_to("far")
    assert _shown("near") == ["near/m.py"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
def test_a_pipe_in_a_folder_is_not_a_file(plant: Any) -> None:
    root = plant("t/m.py")
    os.mkfifo(root / "t" / "pipe.py")
    assert _shown("t") == ["t/m.py"]


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
def test_names_that_are_not_text_are_kept(plant: Any) -> None:
    root = plant("t/m.py")
    name = os.fsdecode(b"\xff.py")
    (root / "t" / name).touch()
    assert _shown("t") == ["t/m.py", f"t/{name}"]
    assert read_file(walk(["t"])[1].path) == b""


@pytest.mark.skipif(sys.platform == "win32", reason="paths are short there")
def test_folders_may_be_deeper_than_python_recurses(plant: Any) -> None:
    plant("t/m.py", f"t/{'d/' * 200}n.py")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        assert len(walk(["t"])) == 2
    finally:
        sys.setrecursionlimit(limit)


def test_a_folder_that_cannot_be_listed_is_an_error_with_a_way_out(
    plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant("t/m.py", "t/closed/n.py")
    listed = os.scandir

    def scandir(path: str) -> Any:
        if path.endswith("closed"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return listed(path)

    _replace_os(monkeypatch, scandir=scandir)
    with pytest.raises(PermissionError, match="leave it out with `exclude`") as caught:
        walk(["t"])
    assert caught.value.filename == os.path.join("t", "closed")
    assert _shown("t", "closed") == ["t/m.py"]


@pytest.mark.parametrize("error", [FileNotFoundError, NotADirectoryError])
def test_a_folder_that_goes_while_it_is_walked_is_empty(
    plant: Any, monkeypatch: pytest.MonkeyPatch, error: type[OSError]
) -> None:
    plant("t/m.py", "t/going/n.py")
    listed = os.scandir

    def scandir(path: str) -> Any:
        if path.endswith("going"):
            raise error
        return listed(path)

    _replace_os(monkeypatch, scandir=scandir)
    assert _shown("t") == ["t/m.py"]


class _Junction:
    """An entry as Windows gives it: no symbolic link, and yet it leads elsewhere."""

    def __init__(self, attributes: int) -> None:
        self.st_file_attributes = attributes

    def is_symlink(self) -> bool:
        return False

    def stat(self, *, follow_symlinks: bool) -> _Junction:
        assert not follow_symlinks
        return self


def test_a_junction_of_windows_leads_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    _replace_os(monkeypatch, name="nt")
    leads: Any = files._is_link
    assert leads(_Junction(0x400))
    assert not leads(_Junction(0x10))


@pytest.mark.parametrize("size", [0, 100, 3_000_000])
def test_every_byte_of_a_file_is_read(tmp_path: Path, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"\r\n" * (size % 256)
    (tmp_path / "m.py").write_bytes(data)
    assert read_file(str(tmp_path / "m.py")) == data


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes")
def test_a_pipe_that_is_named_is_read_to_its_end() -> None:
    receives, sends = os.pipe()
    os.write(sends, b"x = 1\n")
    os.close(sends)
    try:
        assert read_file(f"/dev/fd/{receives}") == b"x = 1\n"
    finally:
        os.close(receives)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_file(str(tmp_path / "gone.py"))
