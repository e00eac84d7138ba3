"""What Python makes of a name, what stands above one in the tree, and which are similar."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import assume, given, strategies as st

from hpman.names import (
    Edit,
    advice,
    ancestors,
    closest,
    edit,
    is_scope,
    nested_scopes,
    scoped_names,
    split_scope,
)

WORDS = st.text("abc", max_size=6)


@pytest.mark.parametrize(
    ("name", "separator", "above"),
    [
        ("a", ".", []),
        ("a.b.c", ".", ["a", "a.b"]),
        (".a", ".", [""]),
        ("a..b", ".", ["a", "a."]),
        ("a::b::c", "::", ["a", "a::b"]),
        ("a___b", "__", ["a"]),
    ],
)
def test_the_names_above_a_name_end_at_a_separator(
    name: str, separator: str, above: list[str]
) -> None:
    assert list(ancestors(name, separator)) == above


@pytest.mark.parametrize(
    ("name", "known", "separator", "expected"),
    [
        ("depth", [], ".", ("", "depth")),
        ("a/depth", [], ".", ("a", "depth")),
        ("a/b/depth", [], ".", ("a/b", "depth")),
        ("a/b/depth", ["b/depth"], ".", ("a", "b/depth")),
        ("a/b/depth", ["depth", "b/depth"], ".", ("a", "b/depth")),
        ("a/b/depth", ["a/b/depth", "depth"], ".", ("", "a/b/depth")),
        ("a/m.depth", ["m.depth"], ".", ("a", "m.depth")),
        ("m.a/depth", ["depth"], ".", ("", "m.a/depth")),
        ("m.a/depth", ["depth"], "::", ("m.a", "depth")),
        ("/depth", ["depth"], ".", ("", "/depth")),
        ("a//depth", ["depth"], ".", ("", "a//depth")),
        ("a/", [], ".", ("", "a/")),
        ("/", [], ".", ("", "/")),
        ("a/depth", ["depth"], "/", ("", "a/depth")),
        ("a/depth", ["depth"], "-/-", ("", "a/depth")),
    ],
)
def test_a_name_is_split_at_its_scope(
    name: str, known: list[str], separator: str, expected: tuple[str, str]
) -> None:
    assert split_scope(name, known.__contains__, separator) == expected


def test_the_names_of_a_scope_start_outside() -> None:
    assert nested_scopes("a/b/c") == ["a", "a/b", "a/b/c"]
    assert scoped_names("", "x/y") == ["x/y"]
    assert scoped_names("a", "x/y") == ["x/y", "a/x/y"]
    assert not is_scope("a/b", "/")


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        pytest.param("size", "szie", Edit("swapped", 1, 1), id="swapped"),
        pytest.param("size", "sie", Edit("missing", 2, 1), id="missing"),
        pytest.param("size", "siz", Edit("missing", 3, 0), id="missing at the end"),
        pytest.param("size", "side", Edit("wrong", 2, 1), id="wrong"),
        pytest.param("batch", "patch", Edit("wrong", 0, 4), id="wrong at the start"),
        pytest.param("loss", "losss", Edit("missing", 4, 0), id="the last of equal letters"),
        pytest.param("", "a", Edit("missing", 0, 0), id="an empty word"),
        pytest.param("rate", "rate", None, id="equal"),
        pytest.param("size", "sezi", None, id="swapped with another between"),
        pytest.param("lr", "epochs", None, id="too many"),
        pytest.param("size", "sxyze", None, id="two edits"),
    ],
)
def test_one_edit_is_described(one: str, other: str, result: Edit | None) -> None:
    assert edit(one, other) == result
    assert edit(other, one) == result


@given(WORDS, st.integers(0, 5), st.sampled_from("abc"))
def test_a_letter_that_is_put_in_is_one_that_is_missing(word: str, at: int, letter: str) -> None:
    result = edit(word, word[:at] + letter + word[at:])
    assert result is not None
    assert result.kind == "missing"


@given(WORDS, st.integers(0, 5), st.sampled_from("abc"))
def test_a_letter_that_is_replaced_is_a_wrong_one(word: str, at: int, letter: str) -> None:
    assume(at < len(word) and word[at] != letter)
    assert edit(word, word[:at] + letter + word[at + 1 :]) == Edit("wrong", at, len(word) - at - 1)


@given(WORDS, st.integers(0, 4))
def test_neighbours_that_are_swapped_are_one_edit(word: str, at: int) -> None:
    assume(at + 1 < len(word) and word[at] != word[at + 1])
    other = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert edit(word, other) == Edit("swapped", at, len(word) - at - 2)


@given(WORDS, WORDS)
def test_words_that_are_an_edit_apart_differ_in_what_it_says(one: str, other: str) -> None:
    result = edit(one, other)
    if result is not None:
        assert one[: result.before] == other[: result.before]
        assert one[len(one) - result.after :] == other[len(other) - result.after :]
        assert sorted(one) == sorted(other) if result.kind == "swapped" else one != other


@pytest.mark.parametrize(
    ("name", "names", "expected"),
    [
        pytest.param("rl", ["depth", "lr"], "lr", id="swapped"),
        pytest.param("LR", ["lr"], "lr", id="case"),
        pytest.param("opt.lt", ["lt", "opt.lr"], "opt.lr", id="its own branch first"),
        pytest.param("opt.lrbase", ["opt", "opt.lr.base"], "opt.lr.base", id="a dot is missing"),
        pytest.param("optlr", ["opt.lr"], "opt.lr", id="the only dot is missing"),
        pytest.param("weig", ["weight_decay"], "weight_decay", id="abbreviated"),
        pytest.param("optim.lr", ["lr"], "lr", id="another branch"),
        pytest.param("foo", ["on"], None, id="none"),
        pytest.param("a", ["b"], None, id="a single letter"),
        pytest.param("", ["lr"], None, id="an empty name"),
        pytest.param("lr", [], None, id="no names"),
    ],
)
def test_the_nearest_name_is_found(name: str, names: list[str], expected: str | None) -> None:
    assert closest(name, names) == ([] if expected is None else [expected])


def test_several_names_are_returned_with_the_best_one_first() -> None:
    assert closest("lr", ["clr", "depth", "sgd.lr"], 3) == ["sgd.lr", "clr"]
    assert closest("lr", ["Lr", "lR", "lrs"], 3) == ["Lr", "lR"]
    assert closest("lr", ["a.lr", "b.lr", "lrs"], 2) == ["a.lr", "b.lr"]


def test_advice_is_a_question_or_a_list_of_names() -> None:
    assert advice("lr", ["Lr", "lR"], 2) == "did you mean `Lr` or `lR`?"
    assert advice("x", list("abcdefg")) == "there are `a`, `b`, `c`, `d`, `e` and 2 more"


MANY = [f"model.block{number % 50}.layer{number}.weight_decay" for number in range(2000)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("model.block7.layer7.weight_dceay", MANY[7], id="swapped"),
        pytest.param("model.blck7.layer7.weight_decay", MANY[7], id="missing"),
        pytest.param("modl.block7.layer7.weigth_decay", MANY[7], id="two edits"),
        pytest.param("layer7.weight_decay", MANY[7], id="the end of a name"),
        pytest.param("model.block7.layer7.weight", MANY[7], id="abbreviated"),
        pytest.param("zq", None, id="none"),
    ],
)
def test_among_many_names_the_nearest_is_found_by_comparing_few(
    name: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    get_close_matches = difflib.get_close_matches

    def count(word: str, texts: list[str], most: int) -> list[str]:
        compared.extend(texts)
        return get_close_matches(word, texts, most)

    monkeypatch.setattr(difflib, "get_close_matches", count)
    assert closest(name, MANY) == ([] if expected is None else [expected])
    assert len(compared) < 200
