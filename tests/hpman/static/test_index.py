"""The index of many scanned texts."""

from __future__ import annotations

from hpman.errors import EMPTY
from hpman.static.index import Index, ModuleScan
from hpman.static.scan import scan_text


def _file(path: str, text: str) -> ModuleScan:
    return scan_text(text, path, frozenset({"_", "hp"}))


def test_an_empty_index_has_no_names() -> None:
    index = Index()
    assert index.files == {}
    assert index.names("_") == []
    assert index.named("_", "a") == ()
    assert index.definition("_", "a") is None
    assert index.placeholders() == set()
    assert not index.is_branch("_", "a")


def test_occurrences_stand_in_source_order() -> None:
    index = Index().swap([_file("b.py", '_("b", 1); _("a")'), _file("a.py", '\n_("a", 1)')])
    assert index.names("_") == ["a", "b"]
    assert [(item.path, item.line) for item in index.occurrences("_")] == [
        ("a.py", 2),
        ("b.py", 1),
        ("b.py", 1),
    ]
    assert [item.path for item in index.named("_", "a")] == ["a.py", "b.py"]


def test_managers_are_kept_apart() -> None:
    index = Index().swap([_file("a.py", '_("a", 1); hp("a", 2); hp("b")')])
    assert index.placeholders() == {"_", "hp"}
    assert index.names("_") == ["a"]
    assert index.names("hp") == ["a", "b"]
    definition = index.definition("hp", "a")
    assert definition is not None
    assert definition.value == 2


def test_a_swap_replaces_a_file_and_leaves_the_old_index_unchanged() -> None:
    old = Index().swap([_file("a.py", '_("a.b", 1); _("c")'), _file("b.py", '_("c", 2)')])
    new = old.swap([_file("a.py", '_("d", 3)')])
    assert new.names("_") == ["d", "c"]
    assert not new.is_branch("_", "a")
    assert old.names("_") == ["a.b", "c"]
    assert old.is_branch("_", "a")
    assert len(old.named("_", "c")) == 2


def test_a_swap_keeps_source_order() -> None:
    index = Index().swap([_file("b.py", '_("a.b")')]).swap([_file("a.py", '_("a.b", 1)')])
    assert [item.path for item in index.named("_", "a.b")] == ["a.py", "b.py"]


def test_files_are_left_out_by_key() -> None:
    file = _file("a.py", '_("a.b", 1)')
    index = Index().swap([file, _file("b.py", '_("a.c", 1)')])
    rest = index.swap([], without=[file.source.key, ("not", "there")])
    assert rest.names("_") == ["a.c"]
    assert rest.is_branch("_", "a")


def test_a_branch_has_names_below_it() -> None:
    index = Index().swap([_file("a.py", '_("a.b.c", 1); _("a.b.d", 2); _("ab", 3)')])
    assert [index.is_branch("_", name) for name in ("a", "a.b", "a.b.c", "ab", "")] == [
        *(True, True),
        *(False, False, False),
    ]
    assert sorted(index.below("_", "a.b")) == ["a.b.c", "a.b.d"]
    assert list(index.below("hp", "a.b")) == []


def test_the_separator_may_be_any_string() -> None:
    index = Index("::").swap([_file("a.py", '_("a::b::c", 1); _("d.e", 2)')])
    assert list(index.prefixes("a::b::c")) == ["a", "a::b"]
    assert index.is_branch("_", "a::b")
    assert not index.is_branch("_", "d")


def test_hints_of_all_calls_count_and_those_of_the_definition_win() -> None:
    text = '_("a", help="use", x=1)\n_("a", 1, help="definition")\n_("a", y=2, help="later")'
    (found,) = Index().swap([_file("a.py", text)]).hyperparameters("_")
    assert found.name == "a"
    assert found.value == 1
    assert found.hints == {"help": "definition", "x": 1, "y": 2}
    assert found.definition is found.occurrences[1]
    assert len(found.occurrences) == 3


def test_a_hyperparameter_needs_no_default() -> None:
    (found,) = Index().swap([_file("a.py", '_("a", help="x")')]).hyperparameters("_")
    assert (found.value, found.definition, found.hints) == (EMPTY, None, {"help": "x"})


def test_a_branch_that_is_used_is_not_a_hyperparameter() -> None:
    index = Index().swap([_file("a.py", '_("model"); _("model.depth", 4)')])
    assert [item.name for item in index.hyperparameters("_")] == ["model.depth"]
    assert index.names("_") == ["model", "model.depth"]


def test_scopes_are_those_that_are_opened_by_any_file() -> None:
    text = '_.scope("a/b"); hp.scope(name); hp.scope("c"); _.set_value("d/e", 1)'
    index = Index().swap([_file("a.py", text), _file("b.py", '_.scope("f")')])
    assert index.mentioned() == {"_", "hp"}
    assert index.placeholders() == set()
    assert [row.name for row in index.openings("_")] == ["a/b", "f"]
    assert [row.name for row in index.mentions("_")] == ["a/b", "d/e", "f"]
    assert index.scopes("_") == frozenset("abf")
    assert index.scopes("hp") is None
    assert index.scopes("other") == frozenset()
    malformed = index.swap([_file("c.py", '_.scope("a.b"); _.scope(""); _.scope("g//h")')])
    assert malformed.scopes("_") == frozenset("abf")
    assert index.swap([_file("b.py", "")]).scopes("_") == frozenset("ab")
