"""From paths and texts to scanned files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from hpman import index_of
from hpman.static import scan as scan_module
from hpman.static.scan import file_key, scan, scan_text

if TYPE_CHECKING:
    from pathlib import Path

ONLY = frozenset("_")


def test_files_without_a_hyperparameter_are_not_kept(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('_("a", 1)')
    (tmp_path / "b.py").write_text("x = 1")
    files, gone = scan(tmp_path, ONLY)
    assert [os.path.basename(file.source.path) for file in files] == ["a.py"]
    assert gone == []


def test_a_file_that_is_named_is_kept(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("x = 1")
    assert len(scan(tmp_path / "b.py", ONLY)[0]) == 1


@pytest.mark.parametrize("text", ["lr: 1", '{"lr": 1}'])
def test_a_file_of_values_that_is_named_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    (file,) = scan(tmp_path / "a.yaml", ONLY)[0]
    (problem,) = file.diagnostics
    assert (problem.code, problem.path) == ("HPM001", str(tmp_path / "a.yaml"))
    assert problem.message == "This is a file of values, not Python source."


def test_a_known_file_that_holds_nothing_any_more_is_gone(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text('_("b", 1)')
    (tmp_path / "c.py").write_text("x = 1")
    key = file_key(str(tmp_path / "b.py"))
    known = {file.source.key: file for file in scan(tmp_path, ONLY)[0]}
    (tmp_path / "b.py").write_text("x = 1")
    assert scan(tmp_path, ONLY, known=known)[1] == [key]
    (tmp_path / "b.py").unlink()
    assert scan(tmp_path, ONLY, known=known)[1] == [key]
    assert scan(tmp_path / "c.py", ONLY, known=known)[1] == []


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="gone"):
        scan(tmp_path / "gone", ONLY)


def test_a_file_that_cannot_be_read_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.py").write_text('_("a", 1)')

    def refuse(path: str) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(scan_module, "read_file", refuse)
    (file,) = scan(tmp_path, ONLY)[0]
    (problem,) = file.diagnostics
    assert problem.code == "HPM001"
    assert problem.message == "Cannot read this file: Permission denied."
    assert problem.line is None
    assert str(problem).startswith(f"{tmp_path / 'a.py'}: Cannot read")


def test_a_file_that_cannot_be_decoded_is_a_finding_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b'_("a", 1)\r\nx = "\xff"\r\n')
    (file,) = scan(tmp_path, ONLY)[0]
    (problem,) = file.diagnostics
    assert (problem.code, problem.line) == ("HPM001", 2)
    assert "==> 2: x =" in str(problem)


def test_imports_are_followed_from_each_script_once(tmp_path: Path) -> None:
    for name, text in {"a": "import c", "b": "import c\nimport a", "c": '_("c", 1)'}.items():
        (tmp_path / f"{name}.py").write_text(text)
    files, _gone = scan([tmp_path / "a.py", tmp_path / "b.py"], ONLY, follow_imports=True)
    paths = [os.path.basename(file.source.path) for file in files]
    assert paths == ["a.py", "b.py", "c.py"]


@pytest.mark.parametrize("follow_imports", [False, True])
def test_a_script_that_cannot_be_read_is_a_finding_with_its_imports_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, follow_imports: bool
) -> None:
    (tmp_path / "a.py").touch()

    def refuse(path: str) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(scan_module, "read_file", refuse)
    (file,) = scan(tmp_path / "a.py", ONLY, follow_imports=follow_imports)[0]
    assert [problem.code for problem in file.diagnostics] == ["HPM001"]


def test_globs_from_an_iterator_hold_for_folders_and_for_imports(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('import gen\n_("a", 1)')
    (tmp_path / "gen.py").write_text('_("gen", 1)')
    for path in (tmp_path, tmp_path / "a.py"):
        files, _gone = scan(path, ONLY, iter(["gen.py"]), follow_imports=True)
        assert [os.path.basename(file.source.path) for file in files] == ["a.py"]


def test_a_text_is_no_bytes() -> None:
    with pytest.raises(TypeError, match="`parse_file` takes paths"):
        scan_text(b"x", "a.py", ONLY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('x = 1\r\n_("a",\r\n1)', id="windows"),
        pytest.param('x = 1\r_("a",\r1)', id="old macintosh"),
        pytest.param('\ufeffx = 1\n_("a",\n1)', id="byte order mark"),
    ],
)
def test_a_text_has_uniform_lines(text: str) -> None:
    (found,) = scan_text(text, "a.py", ONLY).occurrences
    assert (found.line, found.column, found.end_line, found.end_column) == (2, 1, 3, 3)


def test_two_texts_in_angle_brackets_are_two() -> None:
    first, second = (scan_text("", "<x>", ONLY).source for _time in range(2))
    assert first.key < second.key


def test_texts_of_one_file_are_one_by_whichever_route(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = scan_text("", "a.py", ONLY).source
    second = scan_text("", str(tmp_path / "x" / ".." / "a.py"), ONLY).source
    assert first.key == second.key
    assert (first.path, second.path) != (first.path, first.path)


def test_a_filename_may_be_a_path(tmp_path: Path) -> None:
    file = scan_text("", tmp_path / "a.py", ONLY)
    assert file.source.path == str(tmp_path / "a.py")


def test_files_sort_before_texts() -> None:
    file, text = (scan_text("", name, ONLY).source for name in ("z.py", "<a>"))
    assert file.key < text.key


def test_an_index_needs_no_manager(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('from hpman.m import hp\nhp("a", 1)\n_("b", 2)\n_(x)')
    index = index_of(tmp_path)
    assert index.placeholders() == {"_", "hp"}
    assert index.names("hp") == ["a"]
    problems = [problem for file in index.files.values() for problem in file.diagnostics]
    assert [problem.code for problem in problems] == ["HPM102"]
