"""The occurrences and the problems of one text."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hpman.errors import EMPTY, NotLiteralEvaluable
from hpman.static.extract import LARGE, extract
from hpman.static.scan import scan_text
from hpman.text import Source

if TYPE_CHECKING:
    from hpman.static.index import ModuleScan


def _extract(text: str, *placeholders: str) -> ModuleScan:
    return extract(Source("a.py", text), frozenset(placeholders or ("_",)))


def test_a_definition_has_all_its_fields() -> None:
    (found,) = _extract('x = _("lr", 1e-3, help="step")\n').occurrences
    assert found.replace(source=None) == (
        *("_", "lr", 1e-3, {"help": "step"}, "1e-3", None),
        *(1, 5, 1, 31, None),
    )
    assert found.path == "a.py"
    assert found.is_definition
    assert found.call == '_("lr", 1e-3, help="step")'


def test_a_use_has_no_value() -> None:
    (found,) = _extract('_("lr")').occurrences
    assert found.value is EMPTY
    assert found.text is None
    assert not found.is_definition


def test_a_default_that_is_not_literal_keeps_expression_and_place() -> None:
    (found,) = _extract('é; _("lr", LR /\n 10)').occurrences
    assert isinstance(found.value, NotLiteralEvaluable)
    assert found.value.expression == found.text == "LR /\n 10"
    assert (found.value.name, found.value.line, found.value.column) == ("lr", 1, 12)
    assert repr(found.value) == "NotLiteralEvaluable('LR /\\n 10', a.py:1:12)"


@pytest.mark.parametrize("padding", ["", f"# {'x' * LARGE}\n"], ids=["small", "large"])
def test_a_path_is_known_unless_the_name_means_something_else(padding: str) -> None:
    text = f'_("a", Path("data")){padding}\n_("b", pathlib.Path("data"))'
    assert [item.value for item in _extract(text).occurrences] == [Path("data")] * 2
    (first, second) = _extract(f"from upath import Path\n{text}").occurrences
    assert isinstance(first.value, NotLiteralEvaluable)
    assert second.value == Path("data")


def test_a_text_that_cannot_be_parsed_gives_one_problem() -> None:
    found = _extract('_("a", 1)\n(\n')
    assert found.occurrences == ()
    (problem,) = found.diagnostics
    assert (problem.code, problem.path, problem.line) == ("HPM001", "a.py", 2)
    assert problem.placeholder is None
    assert "never closed" in problem.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("_()", ("HPM101", None, 1, 1), id="no argument"),
        pytest.param("_(name='a')", ("HPM101", None, 1, 1), id="name by keyword"),
        pytest.param("x; _('a', 1, 2)", ("HPM101", "a", 1, 4), id="three arguments"),
        pytest.param("_(x, 1, 2)", ("HPM101", None, 1, 1), id="three arguments, no name"),
        pytest.param("é; _(x)", ("HPM102", None, 1, 4), id="variable"),
        pytest.param("_(b'a')", ("HPM102", None, 1, 1), id="bytes"),
        pytest.param("_(*a)", ("HPM102", None, 1, 1), id="starred"),
        pytest.param("_('a', 1,\n é=x)", ("HPM103", "a", 2, 2), id="hint"),
        pytest.param("_('a', **x)", ("HPM103", "a", 1, 8), id="hints unpacked"),
        pytest.param("_('a', **{'k': 1})", ("HPM103", "a", 1, 8), id="literal hints unpacked"),
    ],
)
def test_a_problem_has_its_fields(text: str, expected: tuple[str, str | None, int, int]) -> None:
    (problem,) = _extract(text).diagnostics
    assert (problem.code, problem.name, problem.line, problem.column) == expected
    assert problem.placeholder == "_"
    assert problem.path == "a.py"


def test_a_repeated_hint_is_a_syntax_error() -> None:
    found = _extract("_('b', 1)\né = _('a', 1, x=1, x=2)")
    assert found.occurrences == ()
    (problem,) = found.diagnostics
    assert (problem.code, problem.line, problem.column) == ("HPM001", 2, 20)
    assert "keyword argument repeated: x" in problem.message


def test_every_problem_of_a_call_is_found() -> None:
    found = _extract("_(x, 1, a=y, b=z)\n_()").diagnostics
    assert [item.code for item in found] == ["HPM102", "HPM103", "HPM103", "HPM101"]


def test_a_call_without_arguments_and_a_hint_has_two_problems() -> None:
    (first, second) = _extract("_(x=y)").diagnostics
    assert (first.code, second.code, second.name) == ("HPM101", "HPM103", None)


def test_a_long_expression_is_shortened_in_a_message() -> None:
    (problem,) = _extract(f"_({'x + ' * 100}x)").diagnostics
    assert "x +…`" in problem.message
    assert len(problem.message) < 150


def test_columns_count_characters() -> None:
    text = 'a = 1\n"éé"; _("ü",\n "é"); _("b")\n'
    found = _extract(text).occurrences
    assert [(item.line, item.column, item.end_line, item.end_column) for item in found] == [
        (2, 7, 3, 6),
        (3, 8, 3, 14),
    ]
    assert [item.call for item in found] == ['_("ü",\n "é")', '_("b")']


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("x = _\nx('a', 1); _('b', 1)", ["b"], id="assignment"),
        pytest.param("from common import _, m\nm.hp('a', 1); _('b')", ["b"], id="attribute"),
        pytest.param("X = HyperParameterManager('X')\nX('a', 1)", [], id="class"),
        pytest.param("def f(_: HyperParameterManager): _('b', 1)", ["b"], id="parameter"),
        pytest.param("hp = _\nhp('a'); _ = hp; _('b')", ["a", "b"], id="another placeholder"),
    ],
)
def test_only_bare_calls_count_in_a_text_that_does_not_mention_hpman(
    text: str, names: list[str]
) -> None:
    assert [item.name for item in _extract(text, "_", "hp").occurrences] == names


def test_many_aliases_are_found() -> None:
    names = [f"alias_{number}" for number in range(20)]
    text = "".join(f"from hpman.m import p{name} as {name}\n{name}('{name}')\n" for name in names)
    assert [item.name for item in _extract(text).occurrences] == names


def test_many_aliases_of_any_script_are_found() -> None:
    text = "".join(f"from hpman.m import p as é{number}\n" for number in range(20))
    assert [item.name for item in _extract(f"{text}x = 1\né7('a')").occurrences] == ["a"]


def test_a_call_that_may_be_of_two_managers_counts_for_both() -> None:
    text = "try: from hpman.m import a as x\nexcept: from hpman.m import b as x\nx('n', 1)"
    assert [item.placeholder for item in _extract(text).occurrences] == ["a", "b"]


def test_a_huge_integer_is_a_literal_though_it_cannot_be_printed() -> None:
    (found,) = _extract(f"_('a', 0x{'f' * 5000})").occurrences
    assert found.value == int("f" * 5000, 16)


def test_values_are_those_of_ast() -> None:
    text = "_('a', [1, {'b': (2.5, None)}], help='x' 'y')"
    (found,) = _extract(text).occurrences
    call = ast.parse(text).body[0].value  # type: ignore[attr-defined]
    assert found.value == ast.literal_eval(call.args[1])
    assert found.hints == {"help": "xy"}


def test_a_large_text_gives_what_a_small_one_gives() -> None:
    calls = (
        "_('a', 1e-3, help='x', choices=[1, (2, {3: b'4'})])\n"
        "_('é', LR /\n 10)\n_('a')\n_('c', ...)\n"
    )
    small, large = _extract(calls), _extract(calls + "# filler\n" * 10_000)
    assert len(small.occurrences) == 4
    for one, other in zip(small.occurrences, large.occurrences, strict=True):
        assert repr(other) == repr(one).replace(repr(one.source), repr(other.source))
        assert other.is_definition is one.is_definition
    assert large.occurrences[2].value is EMPTY
    assert isinstance(large.occurrences[1].value, NotLiteralEvaluable)


def test_an_alias_of_a_foreign_name_is_not_a_manager() -> None:
    text = "from gettext import gettext as _\nh, x = (_, 1)\n_ = h\n"
    assert _extract(f"{text}_('a', 1); h('b', 2)").occurrences == ()


FOREIGN = "from gettext import gettext as _\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{FOREIGN}from x import y\n_ = y\nh = _\ng = h\n", id="imported"),
        pytest.param(f"def f():\n {FOREIGN} h = _\n g = h\n _ = y\n", id="in a function"),
    ],
)
def test_a_foreign_name_is_not_a_manager_anywhere_in_the_module(text: str) -> None:
    found = _extract(f"{text}_('a' + b, 1, 2)")
    assert (found.occurrences, found.diagnostics) == ((), ())


def test_a_foreign_name_that_is_assigned_a_manager_is_one() -> None:
    text = f"def f():\n {FOREIGN}def g():\n import hpman\n _ = hpman.m._\n"
    assert [item.name for item in _extract(f"{text}_('a', 1)").occurrences] == ["a"]


@pytest.mark.parametrize(
    ("text", "managers"),
    [
        pytest.param("from hpman.m import _, hp as x", {"_", "hp"}, id="import"),
        pytest.param("import hpman\nhpman.m.hp('a')", {"hp"}, id="call through the module"),
        pytest.param("import hpman.m as z\nhp = z.hp", {"hp"}, id="assignment from the module"),
        pytest.param(
            "from hpman import *\n_ = HyperParameterManager('_')", {"_"}, id="private manager"
        ),
        pytest.param(
            "from hpman import *\nHyperParameterManager('_')('a')", {"_"}, id="called at once"
        ),
        pytest.param("def f():\n from hpman.m import _", {"_"}, id="import in a function"),
        pytest.param("from hpman.m import _ as x\nx('a')\ny = x", {"_"}, id="alias"),
        pytest.param("_('a')\nx = _", set(), id="bare name"),
        pytest.param("from common import _\n_('a')", set(), id="reexport"),
        pytest.param("_ = gettext.gettext\n_('a')", set(), id="something else"),
        pytest.param("import hpman\nfrom hpman import L", set(), id="no manager"),
    ],
)
def test_a_scan_lists_the_managers_that_a_module_imports_or_makes(
    text: str, managers: set[str]
) -> None:
    text = f"import hpman\n{text}"
    assert _extract(text).managers == managers


def test_a_scan_lists_the_placeholders_that_a_module_imports_from_elsewhere() -> None:
    text = "from a.b import _\nfrom .. import _ as _, hp\nfrom d import _ as x"
    scan = _extract(text)
    assert sorted(scan.reexports) == [("_", ".."), ("_", "a.b")]


@pytest.mark.parametrize(
    ("text", "unbound"),
    [
        pytest.param("_('a'); hp('b'); other()", {"_", "hp"}, id="bare calls"),
        pytest.param("for _ in x: hp('a')\n_('b')", {"hp"}, id="bound in one way or another"),
        pytest.param("def f(_): pass\n_('b')", set(), id="bound in another scope"),
        pytest.param("import hpman.m\nhpman.m._('a')", set(), id="through the module"),
        pytest.param("print(_)", set(), id="not called"),
    ],
)
def test_a_scan_lists_the_placeholders_that_a_module_calls_and_never_binds(
    text: str, unbound: set[str]
) -> None:
    assert _extract(text, "_", "hp").unbound == unbound


@pytest.mark.parametrize(
    ("call", "names"),
    [
        ('_.set_value("a", 1)', ["a"]),
        ('_.set_value(value=1, name="a")', ["a"]),
        ('_.get_value("a" "b")', ["ab"]),
        ('_.exists("a"), _.explain("b"), _.get_tree("c"), _.get_tree(prefix="d")', [*"abcd"]),
        ('_.set_values({"a": 1, b: 2, 3: 4, **c})', ["a", None, None]),
        ('_.set_values(values={"a": {"b": 1}})', ["a", "a.b"]),
        ('_.set_tree({"a": {"b": 1, 3: {"c": 4}}})', ["a", "a.b"]),
        ('_.set_tree(tree={"a": {**b}})', ["a", None]),
        ('_.set_values({"a": {"b": {"c": 1}}, **{"d": 2}})', ["a", "a.b", "a.b.c", "d"]),
        ('_.set_value("a", {"b": 1}), _.set_value(x, {"c": 1})', ["a", "a.b", None]),
        ('_.set_value(name="a", value={"b": 1}), _.set_value("a", "b")', ["a", "a.b", "a"]),
        ('_.override({"a": {"b": 1}}, c={"d": {}})', ["a", "a.b", "c", "c.d"]),
        ('_.set_tree({"a": 1}, "b"), _.set_tree({"a": 1}, b)', ["b.a", "b", None]),
        ('_.set_tree({"a": 1}, prefix="b"), _.set_tree({"a": 1}, "")', ["b.a", "b", "a", ""]),
        ('_.override({"a": 1}, b=2, name=3, **{"c": 4}, **d)', ["a", "b", "name", "c", None]),
        ('_.scope("a"), _.scope(name="b"), _.scope("c/d")', ["a", "b", "c/d"]),
        ("_.scope(a), _.scope(*b), _.scope(**c)", [None, None, None]),
        ("_.scope(None), _.scope(3), _.scope()", []),
        ("_.set_value(a, 1), _.set_value(), _.get_values(), _.set_value(**a)", [None, None]),
        ('_.parse_file("a"), other.set_value("a", 1), _.a.set_value("b", 1)', []),
    ],
)
@pytest.mark.parametrize("head", ["", "from hpman.m import _\n"])
def test_the_names_in_calls_of_methods_are_found(
    call: str, names: list[str | None], head: str
) -> None:
    scan = scan_text(head + call, "a.py", frozenset("_"))
    assert [row.name for row in scan.mentions] == names
    for row in scan.mentions:
        text = (head + call).split("\n")[row.line - 1][row.column - 1 : row.end_column - 1]
        assert row.placeholder == "_"
        assert row.name is None or row.name.endswith(eval(text, {row.name: row.name}))
        assert f".{row.kind}(" in call


def test_a_name_is_found_through_every_way_to_a_manager() -> None:
    text = """\
import hpman.m
from hpman.m import hp as h
hpman.m._.set_value(
    "a", 1
).set_values({"b": 2})
k = h
class Model:
    def __init__(self):
        self.p = k
        with self.p.scope("é/ü"): self.p.override(é=1)
"""
    scan = scan_text(text, "a.py", frozenset("_"))
    rows = [(*row[:3], row.line, row.column, row.end_line, row.end_column) for row in scan.mentions]
    assert rows == [
        ("_", "set_value", "a", 4, 5, 4, 8),
        ("_", "set_values", "b", 5, 15, 5, 18),
        ("hp", "scope", "é/ü", 10, 27, 10, 32),
        ("hp", "override", "é", 10, 51, 10, 52),
    ]
    assert scan.mentions[0].path == "a.py"
