"""Values of hyperparameters as Optuna has them, and back."""

from __future__ import annotations

import argparse

import pytest
from hypothesis import given, settings, strategies as st

import hpargparse
from hpargparse.space.select import Request, select
from hpargparse.space.space import Axis, Interval, Space, Values
from hpargparse.sweep.parameters import Parameter
from hpargparse.values.convert import Converter
from hpman import HyperParameterManager
from hpman.literals import show_literal
from tests.strategies import characters

optuna = pytest.importorskip("optuna", reason="Optuna is in the extra `sweep`")

_LITERALS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False)
    | st.text(characters),
    lambda inner: st.lists(inner, max_size=2).map(tuple) | st.lists(inner, max_size=2),
    max_leaves=4,
)
_INTERVALS = st.builds(
    lambda low, steps, step, is_log: Interval(
        low, low + steps * step, None if is_log else step, is_log
    ),
    st.integers(1, 10**18),
    st.integers(1, 50),
    st.integers(1, 9),
    st.booleans(),
) | st.builds(
    lambda low, steps, step: Interval(low / 10, (low + steps * step) / 10, step / 10),
    st.integers(-50, 50),
    st.integers(1, 50),
    st.integers(1, 9),
)
_DOMAINS = _INTERVALS | st.lists(_LITERALS, min_size=1, max_size=5, unique_by=show_literal).map(
    lambda values: Values(tuple(values))
)


@settings(max_examples=60)
@given(_DOMAINS, st.integers(0, 99), st.sampled_from(["x", "encoder/x", "a_b.c"]))
def test_what_optuna_suggests_is_a_value_of_the_space_and_comes_back(
    domain: Values | Interval, seed: int, name: str
) -> None:
    axis = Axis(name, domain, Converter(domain.at(0), {}, name.rpartition("/")[2]))
    parameter = Parameter((axis,))
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    trial = study.ask()
    point = parameter.suggest(trial)
    space = Space([axis])
    assert space.contains(point)
    assert list(point) == [name]
    param = parameter.encode(point)
    shown = show_literal(point)
    assert show_literal(parameter.decode({parameter.name: param})) == shown
    assert type(param) is type(trial.params[parameter.name])
    if not isinstance(domain, Values) and type(domain.low) is int and domain.high > 1 << 53:
        return  # Optuna computes with floats
    assert param == trial.params[parameter.name]


@given(st.sampled_from([True, 1, 0.5, None, (3, 3), "a b", "None"]), st.data())
def test_a_value_survives_its_hint_the_engine_and_the_command_line(
    default: object, data: st.DataObject
) -> None:
    others: dict[type, list[object]] = {
        bool: [True, False],
        int: [1, 2, 10],
        float: [0.5, 1e-05],
        tuple: [(3, 3), (5,)],
        str: ["a b", "None", "=", "é"],
        type(None): [None, True, 1, 1.5, "x", (1, None), [1]],
    }
    source = f'_("x", {default!r}, search=True, choices={others[type(default)]!r})'
    index = HyperParameterManager("_").parse_source(source).index
    space = select(index, Request()).space
    parameter = Parameter(space.groups[0])
    param = data.draw(st.sampled_from(parameter.distribution.choices))
    point = parameter.decode({"x": param})
    (option,) = space.arguments(point)
    manager = HyperParameterManager("_").parse_source(source)
    hpargparse.bind(parser := argparse.ArgumentParser(), manager)
    parser.parse_args([option])
    assert show_literal(manager.get_value("x")) == param == parameter.encode(point)
