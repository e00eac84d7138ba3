"""Pairs of names of which one is probably a typo of the other."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from hpargparse.check.typos import SimilarNames, is_typo


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("weight_decay", "wieght_decay"),
        ("weight_decay", "weight_dceay"),
        ("momentum", "momntum"),
        ("opt.dropout", "opt.droppout"),
        ("temperature", "temperiture"),
        ("reset", "erset"),
        ("batch_size2", "batch_szie2"),
    ],
)
def test_one_edit_in_a_long_word_is_a_typo(one: str, other: str) -> None:
    assert is_typo(one, other)
    assert is_typo(other, one)
    assert list(SimilarNames().pairs([one, other])) == [(other, one)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("layer", "layers", id="plural"),
        pytest.param("optimize", "optimizer", id="ending"),
        pytest.param("batch_size", "patch_size", id="first letter"),
        pytest.param("kernel_h", "kernel_w", id="single letters"),
        pytest.param("lr1", "lr2", id="digits"),
        pytest.param("layer12", "layer21", id="swapped digits"),
        pytest.param("seed", "speed", id="short"),
        pytest.param("num_states", "num_stages", id="wrong letter in a short word"),
        pytest.param("model_ab", "model_ba", id="swapped in a short word"),
        pytest.param("model.a", "model_a", id="separators"),
        pytest.param("encoder", "decoder", id="two edits"),
        pytest.param("a" * 101, "a" * 50 + "b" + "a" * 50, id="very long"),
        pytest.param("", "a", id="empty"),
    ],
)
def test_names_that_differ_on_purpose_are_not_similar(one: str, other: str) -> None:
    assert list(SimilarNames().pairs([one, other])) == []


@pytest.mark.parametrize(
    ("one", "other", "is_similar"),
    [
        ("learning_rate", "learningRate", True),
        ("learning_rate", "LearningRate", True),
        ("Lr", "lr", True),
        ("weight_decay", "weightdecay", True),
        ("K", "k", False),
        ("loss.T", "loss.t", False),
        ("conv1_1", "conv11", False),
        ("weight_decay", "weight-decay", False),  # these make one option: HPM204
        ("opt.lr", "optlr", False),
    ],
)
def test_case_dashes_and_underscores_do_not_tell_names_apart(
    one: str, other: str, is_similar: bool
) -> None:
    assert list(SimilarNames().pairs([one, other])) == [(other, one)] * is_similar


def test_a_name_is_reported_once_with_the_first_that_is_similar() -> None:
    names = ["weight_decay", "weigth_decay", "wieght_decay", "weightDecay"]
    assert list(SimilarNames().pairs(names)) == [(name, "weight_decay") for name in names[1:]]


@given(
    st.lists(
        st.tuples(
            st.text("abc", max_size=4),
            st.sampled_from(["momentum", "dropout"]),
            st.text("abc", max_size=1),
        ).map("".join),
        unique=True,
        max_size=6,
    )
)
def test_pairs_are_those_that_comparing_all_names_finds(names: list[str]) -> None:
    expected = []
    for number, name in enumerate(names):
        earlier = [other for other in names[:number] if is_typo(name, other)]
        expected += [name] if earlier else []
    assert [name for name, _other in SimilarNames().pairs(names)] == expected
