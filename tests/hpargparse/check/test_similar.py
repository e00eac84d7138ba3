"""Names that are so alike that one of them may be a slip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpargparse.check.similar import Similar


def _other(first: str, second: str) -> str | None:
    similar = Similar(".")
    similar.add(first)
    return similar.other(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("weight_decay", "weigth_decay", id="swapped"),
        pytest.param("decay", "deacy", id="swapped in a word of five letters"),
        pytest.param("decay", "edcay", id="swapped at the start"),
        pytest.param("momentum", "momntum", id="missing"),
        pytest.param("dropout", "droppout", id="too many"),
        pytest.param("temperature", "temperiture", id="wrong"),
        pytest.param("learning_rate", "learnin_rate", id="missing at the end"),
        pytest.param("momentum", "momentun", id="wrong at the end"),
        pytest.param("accuracy", "accuracyy", id="doubled at the end"),
        pytest.param("class", "classs", id="doubled s"),
        pytest.param("epochs", "epochd", id="wrong for a plural"),
        pytest.param("kernel", "kerner", id="wrong r"),
        pytest.param("use_bias", "use_baias", id="too many in a short word"),
        pytest.param("use_bias", "use_biass", id="doubled at the end of a short word"),
        pytest.param("beta", "betta", id="doubled in a short word"),
        pytest.param("learning_rate", "learningRate", id="case"),
        pytest.param("hidden_size", "hiddensize", id="no underscore"),
        pytest.param("lr_1", "lr1", id="underscore before a digit"),
        pytest.param("modelWeight", "modelWieght", id="camel case"),
        pytest.param("größenmaß", "größemnaß", id="not ASCII"),
    ],
)
def test_a_slip_is_told(first: str, second: str) -> None:
    assert _other(first, second) == first
    assert _other(second, first) == second


@pytest.mark.parametrize(
    "names",
    [
        "lr1 lr2",
        "beta_1 beta_2",
        "x y",
        "max_x min_x",
        "batch_size patch_size",
        "height weight",
        "layer layers",
        "encode encoder",
        "encoder encoded",
        "encoder decoder",
        "scaler scales",
        "input output",
        "width height",
        "prefix suffix",
        "source sources",
        "test tests",
        "factor factory",
        "train trail",
        "form from",
        "mode model",
        "layer player",
        "x_min x_mid",
        "seed speed",
        "state stage",
        "conv1_1 conv11",
        "lr LR",
        "weight_decay weight-decay",
        "model.width data.width",
        "step_size_a step_size_b",
        "word_2_vectors word_3_vectors",
        "train_loader trian_laoder",
        "lr lr",
        "inner outer",
        "opt.weight_decay opt.weight_dacey",
    ],
)
def test_names_that_are_meant_are_left_alone(names: str) -> None:
    assert _other(*names.split()) is None


def test_the_first_of_several_is_named() -> None:
    similar = Similar(".")
    for name in ("dropout", "dropoout", "lr"):
        similar.add(name)
    assert similar.other("dropuot") == "dropout"


@given(st.text("abcdeXY_-.1", max_size=12), st.text("abcdeXY_-.1", max_size=12))
def test_likeness_goes_both_ways(first: str, second: str) -> None:
    assert (_other(first, second) is None) == (_other(second, first) is None)


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_any_name_can_be_asked_for(name: str) -> None:
    assert _other(name, name) is None
