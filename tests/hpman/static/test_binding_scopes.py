"""How names are looked up, scope by scope, and through chains of assignments."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from hpman.static.binding_scopes import (
    CLASS,
    FOREIGN,
    MODULE,
    OTHER,
    PACKAGE,
    REEXPORT,
    Binding,
    BindingScope,
    Referent,
    Resolver,
)
from hpman.static.scan import scan_text

HP = Referent("manager", "hp")
UNDERSCORE = Referent("manager", "_")


def _bind(scope: BindingScope, name: str, value: Referent | ast.expr) -> None:
    scope.bind(name, Binding(value))


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _managers(text: str, scope: BindingScope, *, foreign: str = "") -> list[str]:
    return Resolver({"_"}, set(foreign)).managers(_expression(text), scope)


def test_an_inner_name_hides_an_outer_one() -> None:
    module = BindingScope(None)
    _bind(module, "x", HP)
    inner = BindingScope(module)
    assert _managers("x", inner) == ["hp"]
    _bind(inner, "x", OTHER)
    assert _managers("x", inner) == []
    assert _managers("x", module) == ["hp"]


def test_functions_in_a_class_do_not_see_its_names() -> None:
    body = BindingScope(BindingScope(None), "class")
    _bind(body, "x", HP)
    assert _managers("x", body) == ["hp"]
    assert _managers("x", BindingScope(body)) == []


def test_a_global_name_lives_in_the_module() -> None:
    module = BindingScope(None)
    function = BindingScope(BindingScope(module))
    _bind(function, "x", HP)
    function.declare("x", is_global=True)
    assert _managers("x", module) == ["hp"]
    assert _managers("x", function) == ["hp"]


def test_a_global_name_of_the_module_itself_stays() -> None:
    module = BindingScope(None)
    _bind(module, "x", HP)
    module.declare("x", is_global=True)
    assert _managers("x", module) == ["hp"]


def test_a_nonlocal_name_lives_in_the_nearest_function_that_binds_it() -> None:
    outer = BindingScope(BindingScope(None))
    _bind(outer, "x", OTHER)
    between = BindingScope(outer, "class")
    _bind(between, "x", OTHER)
    inner = BindingScope(BindingScope(between))
    _bind(inner, "x", HP)
    inner.declare("x", is_global=False)
    assert _managers("x", outer) == ["hp"]


def test_a_nonlocal_name_that_nothing_around_binds_stays() -> None:
    inner = BindingScope(BindingScope(BindingScope(None)))
    _bind(inner, "x", HP)
    inner.declare("x", is_global=False)
    assert _managers("x", inner) == ["hp"]


def test_a_walrus_binds_outside_of_all_comprehensions() -> None:
    function = BindingScope(BindingScope(None))
    inner = BindingScope(BindingScope(function, "comprehension"), "comprehension")
    assert inner.outside_comprehensions() is function


def test_attributes_of_the_package_are_followed_to_a_manager() -> None:
    module = BindingScope(None)
    _bind(module, "h", PACKAGE)
    _bind(module, "m", MODULE)
    assert _managers("h.m.hp", module) == ["hp"]
    assert _managers("m.hp", module) == ["hp"]
    assert _managers("m.__name__", module) == []
    assert _managers("h.other", module) == []
    assert _managers("m.hp.other", module) == []


def test_the_package_and_the_class_need_no_import() -> None:
    assert _managers("hpman.m.hp", BindingScope(None)) == ["hp"]
    assert _managers("HyperParameterManager('hp')", BindingScope(None)) == ["hp"]
    assert _managers("hpman.HyperParameterManager(placeholder='hp')", BindingScope(None)) == ["hp"]


def test_a_call_makes_a_manager_if_it_calls_our_class() -> None:
    module = BindingScope(None)
    _bind(module, "C", CLASS)
    _bind(module, "D", OTHER)
    assert _managers("C('hp', separator='/')", module) == ["hp"]
    assert _managers("C(name)", module) == []
    assert _managers("C(*names)", module) == []
    assert _managers("D('hp')", module) == []
    assert _managers("f()('hp')", module) == []


def test_no_other_expression_is_a_manager() -> None:
    assert _managers("[_][0]", BindingScope(None)) == []


def test_a_placeholder_is_a_manager_unless_it_is_bound_to_another() -> None:
    module = BindingScope(None)
    assert _managers("_", module) == ["_"]
    _bind(module, "_", OTHER)
    assert _managers("_", module) == ["_"]
    _bind(module, "_", HP)
    assert _managers("_", module) == ["hp"]


def test_an_imported_placeholder_counts_if_it_has_the_same_name_there() -> None:
    module = BindingScope(None)
    _bind(module, "_", FOREIGN)
    assert _managers("_", module) == []
    _bind(module, "_", Referent(REEXPORT, "x"))
    assert _managers("_", module) == []
    _bind(module, "_", Referent(REEXPORT, "_"))
    assert _managers("_", module) == ["_"]
    assert _managers("_", BindingScope(None), foreign="_") == []


def test_a_chain_of_any_length_is_resolved() -> None:
    module = BindingScope(None)
    _bind(module, "x0", HP)
    for number in range(5_000):  # more than calls can be nested
        _bind(module, f"x{number + 1}", _expression(f"x{number}"))
    assert _managers("x5000", module) == ["hp"]


def test_a_dense_net_of_assignments_is_resolved() -> None:
    module = BindingScope(None)
    _bind(module, "x0", HP)
    for number in range(200):
        for _time in range(3):
            _bind(module, f"x{number + 1}", _expression(f"x{number}"))
    assert _managers("x200", module) == ["hp"]


def test_a_ring_is_resolved_from_any_of_its_names() -> None:
    for start in "abcd":
        module = BindingScope(None)
        for name, value in ("ab", "bc", "ca", "ad"):
            _bind(module, name, _expression(value))
        _bind(module, "d", HP)
        assert _managers(start, module) == ["hp"]


def test_a_placeholder_in_a_ring_is_itself() -> None:
    module = BindingScope(None)
    _bind(module, "_", _expression("x"))
    _bind(module, "x", _expression("_"))
    assert _managers("x", module) == ["_"]


def test_a_name_may_be_several_managers() -> None:
    module = BindingScope(None)
    _bind(module, "x", UNDERSCORE)
    _bind(module, "x", HP)
    assert _managers("(y := x)", module) == ["_", "hp"]


@pytest.mark.parametrize(
    "line",
    [
        "def f{0}():\n  global _\n  _ = hp\n  _('a', 1)\n",
        "def f{0}():\n  global _\n  _ = 1\n  _('a', 1)\n",
        "_ = hp\n_('a', 1)\n",
        "for _ in x: pass\n_('a', 1)\n",
        "class C:\n def f{0}(self):\n  self.hp = hp\n  self.hp('a', 1)\n",
    ],
    ids=["managers of functions", "numbers of functions", "managers", "loops", "attributes"],
)
def test_names_that_are_bound_again_and_again_take_linear_time(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    infer = Resolver._infer

    def counted(*arguments: Any) -> Any:
        nonlocal steps
        steps += 1
        return infer(*arguments)

    monkeypatch.setattr(Resolver, "_infer", counted)
    counts = []
    for size in (20, 40):
        steps = 0
        text = "from hpman.m import _, hp\n" + "".join(map(line.format, range(size)))
        scan_text(text, "a.py", frozenset("_"))
        counts.append(steps)
    assert 0 < counts[1] <= 2 * counts[0]
