"""How names are looked up, scope by scope, and through chains of assignments."""

from __future__ import annotations

import ast

from hpman.static.scopes import (
    CLASS,
    FOREIGN,
    HANDED_ON,
    MODULE,
    OTHER,
    PACKAGE,
    Lookup,
    Meaning,
    Scope,
)

HP = Meaning("manager", "hp")
UNDERSCORE = Meaning("manager", "_")


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _managers(text: str, scope: Scope, *, foreign: str = "") -> list[str]:
    return Lookup({"_"}, set(foreign)).managers(_expression(text), scope)


def test_an_inner_name_hides_an_outer_one() -> None:
    module = Scope(None)
    module.bind("x", HP)
    inner = Scope(module)
    assert _managers("x", inner) == ["hp"]
    inner.bind("x", OTHER)
    assert _managers("x", inner) == []
    assert _managers("x", module) == ["hp"]


def test_a_class_hides_its_names_from_what_is_inside() -> None:
    body = Scope(Scope(None), "class")
    body.bind("x", HP)
    assert _managers("x", body) == ["hp"]
    assert _managers("x", Scope(body)) == []


def test_a_global_name_lives_in_the_module() -> None:
    module = Scope(None)
    function = Scope(Scope(module))
    function.bind("x", HP)
    function.declare("x", is_global=True)
    assert _managers("x", module) == ["hp"]
    assert _managers("x", function) == ["hp"]


def test_a_global_name_of_the_module_itself_stays() -> None:
    module = Scope(None)
    module.bind("x", HP)
    module.declare("x", is_global=True)
    assert _managers("x", module) == ["hp"]


def test_a_nonlocal_name_lives_in_the_nearest_function_that_binds_it() -> None:
    outer = Scope(Scope(None))
    outer.bind("x", OTHER)
    between = Scope(outer, "class")
    between.bind("x", OTHER)
    inner = Scope(Scope(between))
    inner.bind("x", HP)
    inner.declare("x", is_global=False)
    assert _managers("x", outer) == ["hp"]


def test_a_nonlocal_name_that_nothing_around_binds_stays() -> None:
    inner = Scope(Scope(Scope(None)))
    inner.bind("x", HP)
    inner.declare("x", is_global=False)
    assert _managers("x", inner) == ["hp"]


def test_a_walrus_binds_outside_of_all_comprehensions() -> None:
    function = Scope(Scope(None))
    inner = Scope(Scope(function, "comprehension"), "comprehension")
    assert inner.outside_comprehensions() is function


def test_members_lead_from_the_package_to_a_manager() -> None:
    module = Scope(None)
    module.bind("h", PACKAGE)
    module.bind("m", MODULE)
    assert _managers("h.m.hp", module) == ["hp"]
    assert _managers("m.hp", module) == ["hp"]
    assert _managers("m.__name__", module) == []
    assert _managers("h.other", module) == []
    assert _managers("m.hp.other", module) == []


def test_the_package_and_the_class_are_known_by_their_own_names() -> None:
    assert _managers("hpman.m.hp", Scope(None)) == ["hp"]
    assert _managers("HyperParameterManager('hp')", Scope(None)) == ["hp"]
    assert _managers("hpman.HyperParameterManager(placeholder='hp')", Scope(None)) == ["hp"]


def test_a_call_makes_a_manager_if_it_calls_our_class() -> None:
    module = Scope(None)
    module.bind("C", CLASS)
    module.bind("D", OTHER)
    assert _managers("C('hp', separator='/')", module) == ["hp"]
    assert _managers("C(name)", module) == []
    assert _managers("C(*names)", module) == []
    assert _managers("D('hp')", module) == []
    assert _managers("f()('hp')", module) == []


def test_no_other_expression_is_a_manager() -> None:
    assert _managers("[_][0]", Scope(None)) == []


def test_a_placeholder_counts_unless_it_is_known_to_be_something_else() -> None:
    module = Scope(None)
    assert _managers("_", module) == ["_"]
    module.bind("_", OTHER)
    assert _managers("_", module) == ["_"]
    module.bind("_", HP)
    assert _managers("_", module) == ["hp"]


def test_a_placeholder_from_elsewhere_counts_if_it_bears_its_name_there() -> None:
    module = Scope(None)
    module.bind("_", FOREIGN)
    assert _managers("_", module) == []
    module.bind("_", Meaning(HANDED_ON, "x"))
    assert _managers("_", module) == []
    module.bind("_", Meaning(HANDED_ON, "_"))
    assert _managers("_", module) == ["_"]
    assert _managers("_", Scope(None), foreign="_") == []


def test_a_chain_of_any_length_ends_at_the_manager() -> None:
    module = Scope(None)
    module.bind("x0", HP)
    for number in range(20_000):
        module.bind(f"x{number + 1}", _expression(f"x{number}"))
    assert _managers("x20000", module) == ["hp"]


def test_a_net_of_assignments_costs_its_size_not_its_paths() -> None:
    module = Scope(None)
    module.bind("x0", HP)
    for number in range(200):
        for _time in range(3):
            module.bind(f"x{number + 1}", _expression(f"x{number}"))
    assert _managers("x200", module) == ["hp"]


def test_a_ring_settles_wherever_it_is_entered() -> None:
    for asked in "abcd":
        module = Scope(None)
        for name, value in ("ab", "bc", "ca", "ad"):
            module.bind(name, _expression(value))
        module.bind("d", HP)
        assert _managers(asked, module) == ["hp"]


def test_a_placeholder_in_a_ring_is_itself() -> None:
    module = Scope(None)
    module.bind("_", _expression("x"))
    module.bind("x", _expression("_"))
    assert _managers("x", module) == ["_"]


def test_what_may_be_several_managers_is_all_of_them() -> None:
    module = Scope(None)
    module.bind("x", UNDERSCORE)
    module.bind("x", HP)
    assert _managers("(y := x)", module) == ["_", "hp"]
