"""Values become defaults, and nothing else in the files changes."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.edits import EditError, unified_diff, write_files
from hpargparse.runs.promote import PromotionError, promote
from hpman import HpmanError
from hpman.programs import index_program

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _promoted(source: str, values: Mapping[str, Any], **defaults: str) -> str:
    """Return what a file with a source contains after values are promoted."""
    Path("a.py").write_bytes(source.encode())
    write_files(promote(index_program("a.py"), values, defaults)[0])
    return Path("a.py").read_bytes().decode()


def _refused(source: str, values: Mapping[str, Any], **defaults: str) -> str:
    """Return the error for values that cannot be promoted. Nothing may be written."""
    with pytest.raises(HpmanError) as raised:
        _promoted(source, values, **defaults)
    assert Path("a.py").read_bytes().decode() == source
    return "\n".join(
        f"{problem.place}: {problem.message} {problem.advice}"
        for problem in raised.value.diagnostics
    )


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("_('x', 1)", 2, "_('x', 2)"),
        ("_('x', 1_000)", 2, "_('x', 2)"),
        ("_('x', 1.0)", 2, "_('x', 2.0)"),
        ("_('x', 1.0)", 2**53 + 1, "_('x', 9007199254740993)"),
        ("_('x', 1.0)", 10**400, f"_('x', 1{'0' * 400})"),
        ("_('x', 1e-3)", 0.001, "_('x', 1e-3)"),
        ("_('x', 1)", True, "_('x', True)"),
        ("_('x', 1)", -2.5, "_('x', -2.5)"),
        ("_('x', -1)", 2 + 1j, "_('x', (2+1j))"),
        ("_('x', 1.0)", float("inf"), "_('x', float('inf'))"),
        ('_("x", 1.0)', float("nan"), "_(\"x\", float('nan'))"),
        ("_('x', 2 ** 10)", 512, "_('x', 512)"),
        ("_('x', 2 ** 10)", 1024, "_('x', 2 ** 10)"),
        ("_('x', None)", "a", "_('x', 'a')"),
        ('_("x", None)', "a", '_("x", "a")'),
        ("_(\"x\", 'a')", "b", "_(\"x\", 'b')"),
        ("_('x', \"a\")", 'b"', "_('x', 'b\"')"),
        ('_("x", "a")', "b'", '_("x", "b\'")'),
        ('_("x", b"a")', b"b", '_("x", b"b")'),
        ("_('x', r\"a\")", "\\\n", "_('x', \"\\\\\\n\")"),
        ("_('x', '''a\nb''')", "b", "_('x', 'b')"),
        ("_('x', 'a'\n 'b')", "c", "_('x', 'c')"),
        ("_('x', None)", None, "_('x', None)"),
        ("_('x', set())", {2, 1}, "_('x', {1, 2})"),
        ("_('x', ...)", 1, "_('x', 1)"),
    ],
)
def test_the_default_is_written_like_the_old_one(source: str, value: Any, expected: str) -> None:
    assert _promoted(source, {"x": value}) == expected


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        (
            "_('x', [\n    64,  # first\n    12_8,\n])",
            [64, 256],
            "_('x', [\n    64,  # first\n    256,\n])",
        ),
        ("_('x', [1.0 , 2])", [3, 2], "_('x', [3.0 , 2])"),
        ("_('x', ( 1,(2,\"a\") ))", (1, (2, "b")), "_('x', ( 1,(2,\"b\") ))"),
        ("_('x', {'a': 1.,\n 'b':[]})", {"a": 2, "b": []}, "_('x', {'a': 2.0,\n 'b':[]})"),
        ("_('x', {'a': 1., 'b':[]})", {"b": 1, "a": 2}, "_('x', {'b': 1, 'a': 2.0})"),
        ("_('x', {'a': 1., 'a':2})", {"a": 3}, "_('x', {'a': 3})"),
        ("_('x', [\n1\n])", [1, 2], "_('x', [1, 2])"),
        ("_('x', [])", [1.0], "_('x', [1.0])"),
        ("_('x', [0] * 2)", [0, 1], "_('x', [0, 1])"),
        ("_('x', [1])", (1,), "_('x', (1,))"),
        ("_('x', {1, 2})", {1}, "_('x', {1})"),
        ("_('x', (\n  1  # why\n), help='h')", 2, "_('x', (\n  2  # why\n), help='h')"),
    ],
)
def test_items_are_replaced_one_by_one(source: str, value: Any, expected: str) -> None:
    assert _promoted(source, {"x": value}) == expected


_ENUM = "class Opt(Enum):\n    SGD = 1\n    ADAM = 2\n    FIRST = 1\n"


@pytest.mark.parametrize(
    ("default", "value", "expected"),
    [
        ("Opt.SGD", "ADAM", "Opt.ADAM"),
        ("Opt.SGD", "SGD", "Opt.SGD"),
        ("Opt.FIRST", "SGD", "Opt.FIRST"),
        ("Opt.ADAM", "FIRST", "Opt.FIRST"),
        ("Opt.SGD", None, "None"),
    ],
)
def test_a_member_of_an_enum_is_written_as_one(default: str, value: Any, expected: str) -> None:
    assert _promoted(f"{_ENUM}_('x', {default})", {"x": value}) == f"{_ENUM}_('x', {expected})"


def test_a_member_of_an_enum_of_another_file_is_written_as_one() -> None:
    Path("opt.py").write_text(f"from enum import Enum\n{_ENUM}")
    Path("a.py").write_text("import opt\n_('x', opt.Opt.SGD)")
    index = index_program("a.py", follow_imports=True)
    write_files(promote(index, {"x": "ADAM"}, {"x": "opt.Opt.SGD"})[0])
    assert Path("a.py").read_text() == "import opt\n_('x', opt.Opt.ADAM)"


@pytest.mark.parametrize(
    ("default", "value", "expected"),
    [
        ('Path("a")', "b", 'Path("b")'),
        ("Path('a', 'b')", PurePosixPath("c"), "Path('c')"),
        ("pathlib.Path()", "b", "pathlib.Path('b')"),
        ("Path('a', 'b')", "a/b", "Path('a', 'b')"),
        ("Path('a')", None, "None"),
    ],
)
def test_a_path_is_written_as_one(default: str, value: Any, expected: str) -> None:
    assert _promoted(f"_('x', {default})", {"x": value}) == f"_('x', {expected})"


@pytest.mark.parametrize(
    ("before", "after", "encoding"),
    [
        ("_('x', 1)\r\n", "_('x', 'é')\r\n", "utf-8"),
        ("y = '😀é'; _('x', 1); '模'\r", "y = '😀é'; _('x', 'é'); '模'\r", "utf-8"),
        ("# coding: latin-1\r\nz = 'é', _('x', 1)", None, "latin-1"),
        ("#!é\r\n# coding: latin-1\r\n_('x', 1)", None, "latin-1"),
        ("\ufeff_('x', 1) # é\n", "\ufeff_('x', 'é') # é\n", "utf-8"),
        ("if 1:\n\t_('x',\t1)\x0c\n", "if 1:\n\t_('x',\t'é')\x0c\n", "utf-8"),
        ("# coding: ascii\n_('x', 1)", "# coding: ascii\n_('x', '\\xe9')", "ascii"),
        ("# coding: shift_jis\n'模', _('x', 1), '型'", None, "shift_jis"),
    ],
)
def test_all_other_bytes_stay(before: str, after: str | None, encoding: str) -> None:
    value = "é"
    if encoding == "shift_jis":
        value = "型"
    after = after or before.replace("1)", f"'{value}')")
    Path("a.py").write_bytes(before.encode(encoding))
    write_files(promote(index_program("a.py"), {"x": value}, {})[0])
    assert Path("a.py").read_bytes() == after.encode(encoding)


def test_values_of_several_files_and_managers_are_written_at_once() -> None:
    Path("b.py").write_text("from hpman.m import hp\nhp('b', 1), hp('c', 2)")
    source = "_('a.b', 1); _('a.c', 2)\n_('a.b')"
    Path("a.py").write_text(source)
    write_files(promote(index_program(["a.py", "b.py"]), {"a.b": 3, "a.c": 2, "c": 4}, {})[0])
    assert Path("a.py").read_text() == source.replace("'a.b', 1", "'a.b', 3")
    assert Path("b.py").read_text() == "from hpman.m import hp\nhp('b', 1), hp('c', 4)"


def test_an_old_name_is_a_value_of_the_new_one() -> None:
    assert _promoted("_('x', 1, aliases='y')", {"y": 2}) == "_('x', 2, aliases='y')"


@pytest.mark.parametrize("recorded", ["0.001", "1e-3", "1E-3"])
def test_a_default_that_is_written_otherwise_has_not_changed(recorded: str) -> None:
    assert _promoted("_('x', 1e-3)", {"x": 1.0}, x=recorded) == "_('x', 1.0)"


def test_a_default_that_already_is_the_value_may_have_changed() -> None:
    assert _promoted("_('x', 2)", {"x": 2}, x="1") == "_('x', 2)"


def test_an_expression_over_several_lines_has_not_changed() -> None:
    assert _promoted("_('x', 2 **\n 3)", {"x": 2}, x="2 ** 3") == "_('x', 2)"


@pytest.mark.parametrize(
    ("source", "value", "message"),
    [
        ("_('x', f(1))", 2, "a.py:1:1: The default of `x` is not a literal, but `f(1)`. Change it"),
        ("_('x', Opt.SGD)", "ADAM", "a.py:1:1: The default of `x` is not a literal, but `Opt.SGD`"),
        (f"{_ENUM}_('x', Opt.SGD)", "LION", "a.py:5:1: `Opt` has no member `'LION'`. Change"),
        (f"{_ENUM}_('x', Opt.SGD)", [], "a.py:5:1: `Opt` has no member `[]`. Change"),
        (
            "_('x', 1)",
            object,
            "a.py:1:1: The value of `x` is not a literal, but `<class 'object'>`",
        ),
        ("_('x', None, type='Path')", "a", "`x` is a `Path`, which has to be imported"),
        ("_('x', 1)", PurePosixPath("a"), "The value of `x` is not a literal, but `Path('a')`"),
        ("_('x', [Path('a')])", [1], "is not a literal, but `[Path('a')]`"),
        ("_('x', [  # a\n 1])", [1, 2], "a.py:1:1: The default of `x` contains a comment, which"),
        ("_('y', 1)", 1, "The sources do not define `x` (there are `y`). Name the other values"),
        ("_('x')", 1, "a.py:1:1: `x` has no default. Write `_('x', 1)` by hand."),
        ("_('x', 1); _('x', 1)", 1, "a.py:1:1: `x` has 2 defaults. Keep one of them."),
        ("_('x', {1})", frozenset(), "a.py:1:1: The default of `x` cannot be `frozenset()`: here"),
        ("_ = float = int\n", 1, "The sources do not define `x`"),
        (
            "float = int; _('y', 1); _('x', 1)",
            float("inf"),
            "The default of `x` cannot be `float('inf')`: here, it would be read differently",
        ),
    ],
)
def test_what_cannot_be_promoted_is_refused(source: str, value: Any, message: str) -> None:
    assert message in _refused(source, {"x": value})


def test_a_hash_in_a_string_is_not_a_comment() -> None:
    assert _promoted("_('x', ['#', 1])", {"x": []}) == "_('x', [])"


def test_a_value_of_a_scope_is_refused_by_name() -> None:
    assert _refused("_('depth', 1)", {"encoder/depth": 3}) == (
        ": `encoder/depth` is a value of a scope, but a default holds in all scopes."
        " `--hp-load run:ID` loads it; --only NAME writes other values."
    )


def test_a_name_may_contain_a_slash() -> None:
    assert _promoted("_('a/b', 1)", {"a/b": 2}) == "_('a/b', 2)"


def test_a_default_that_has_changed_is_refused() -> None:
    message = "a.py:1:1: The default of `x` was `f(1)` in the run, and is `2` now. Change it by"
    assert message in _refused("_('x', 2)", {"x": 3}, x="f(1)")
    assert "was `1` in the run, and is `2` now" in _refused("_('x', 2)", {"x": 3}, x="1")


def test_all_refusals_are_reported_and_nothing_is_written() -> None:
    shown = _refused("_('a', f); _('b', 1)\n_('c', g)", {"a": 1, "b": 2, "c": 3})
    assert [line.split(" ", 1)[0] for line in shown.splitlines()] == ["a.py:1:1:", "a.py:2:1:"]


def test_only_the_values_that_cannot_be_read_back_are_named() -> None:
    shown = _refused("_('a', 1); _('b', 1)", {"a": frozenset(), "b": 2})
    assert "`a`" in shown
    assert "`b`" not in shown


def test_a_call_that_a_line_hides_is_not_the_definition() -> None:
    source = "from hpman.m import _\ndef f(_):\n    return _('x', 1)\n_('x')\n"
    assert "`x` has no default" in _refused(source, {"x": 2})


@pytest.mark.parametrize("now", ["_('x', 3)", "", "_('y', 1)\n", "# coding: no-such\n_('x', 1)"])
def test_a_file_that_has_changed_is_refused(now: str) -> None:
    Path("a.py").write_text("_('x', 1)")
    index = index_program("a.py")
    Path("a.py").write_text(now)
    with pytest.raises(HpmanError, match=r"a\.py:1:"):
        promote(index, {"x": 2}, {})
    assert Path("a.py").read_text() == now


def test_a_file_that_is_gone_is_refused() -> None:
    Path("a.py").write_text("_('x', 1)")
    index = index_program("a.py")
    Path("a.py").unlink()
    with pytest.raises(EditError, match=r"a.py: The file cannot be read: No such file"):
        promote(index, {"x": 2}, {})


def test_a_file_that_cannot_be_written_leaves_all_files_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in "ab":
        Path(f"{name}.py").write_text(f"_('{name}', 1)")
    files, _changes = promote(index_program(["a.py", "b.py"]), {"a": 2, "b": 2}, {})
    Path("b.py").unlink()
    Path("b.py").mkdir()
    with pytest.raises(EditError, match=r"b.py: This is a folder") as raised:
        write_files(files)
    assert "Make the file and its folder writable" in str(raised.value)
    assert Path("a.py").read_text() == "_('a', 1)"


def test_a_diff_shows_what_would_change() -> None:
    Path("a.py").write_bytes(b"# \x1b\r\n_('x', 1)  # y")
    files, _changes = promote(index_program("a.py"), {"x": 2}, {})
    assert unified_diff(files) == (
        "--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n # \\x1b\n-_('x', 1)  # y\n"
        "\\ No newline at end of file\n+_('x', 2)  # y\n\\ No newline at end of file\n"
    )


def test_nothing_to_write_is_no_file() -> None:
    Path("a.py").write_text("_('x', 1)")
    assert promote(index_program("a.py"), {"x": 1}, {}) == ([], [])
    with pytest.raises(PromotionError):
        promote(index_program("a.py"), {"y": 1}, {})


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("\n_('x', 1e-3)", 0.5, "a.py:2: x: 1e-3 -> 0.5"),
        ("_('x', [1,\n2])", [1, 3], "a.py:1: x: [1, 2] -> [1, 3]"),
        ("_('x', [1,\n2])", [1], "a.py:1: x: [1, 2] -> [1]"),
        (f"{_ENUM}_('x', Opt.SGD)", "ADAM", "a.py:5: x: Opt.SGD -> Opt.ADAM"),
    ],
)
def test_a_promotion_is_shown_on_one_line(source: str, value: Any, shown: str) -> None:
    Path("a.py").write_text(source)
    _files, changes = promote(index_program("a.py"), {"x": value}, {})
    assert [*map(str, changes)] == [shown]
