"""Which values the trials of a sweep have."""

from __future__ import annotations

import json

import pytest

from hpargparse.errors import SpaceError
from hpargparse.space.select import Request, Selection, select
from hpargparse.sweep.trials import TrialRun, Trials
from hpman import HyperParameterManager

LISTED = '_("lr", 1, search=[1, 2, 3])\n_("depth", 2, search=[2, 4, 8])\n_("seed", 7)\n'


def _select(text: str, *sweep: str) -> Selection:
    return select(HyperParameterManager("_").parse_source(text).index, Request(sweep))


def test_lists_are_a_grid_and_the_rest_is_random() -> None:
    plan = Trials(_select(LISTED))
    assert plan.method == "grid"
    assert plan.point(1) == {"depth": 2, "lr": 2}
    assert plan.arguments(TrialRun(1)) == ["--depth=2", "--lr=2"]
    assert Trials(_select(LISTED, "lr=1..3")).method == "random"


def test_a_grid_has_no_continuous_axis() -> None:
    with pytest.raises(SpaceError, match="no grid"):
        Trials(_select('_("x", 0.5)', "x=0..1"), "grid")


@pytest.mark.parametrize("spec", ["x=1..20", "x=1..20:log"])
def test_no_random_point_comes_twice_and_all_come(spec: str) -> None:
    plan = Trials(_select('_("x", 1)', spec), seed=3)
    assert sorted(str(plan.point(trial)["x"]) for trial in reversed(range(20))) == sorted(
        map(str, range(1, 21))
    )


def test_rare_points_of_a_small_space_come_in_the_end() -> None:
    plan = Trials(_select('_("x", 1)', "x=1..500:log"))
    assert len({str(plan.point(trial)) for trial in range(500)}) == 500


def test_a_point_depends_on_the_seed_and_its_number_alone() -> None:
    first, later = (Trials(_select('_("x", 0.5)', "x=0..1"), seed=4) for _ in range(2))
    later.point(9)
    assert [first.point(trial) for trial in range(5)] == [later.point(trial) for trial in range(5)]
    assert Trials(_select('_("x", 0.5)', "x=0..1"), seed=5).point(0) != first.point(0)


def test_repeats_vary_the_seed() -> None:
    plan = Trials(_select(LISTED), repeats=3)
    assert plan.arguments(TrialRun(0, 2)) == ["--depth=2", "--lr=1", "--seed=9"]
    assert plan.values(TrialRun(0, 2)) == {"depth": "2", "lr": "1", "seed": "9"}
    assert [str(TrialRun(3)), str(TrialRun(3, 2))] == ["3", "3r2"]
    assert plan.values(TrialRun(0, 0)) == {"depth": "2", "lr": "1", "seed": "7"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('_("lr", 1)', "does not exist or is searched"),
        ('_("lr", 1)\n_("seed", 0.5)', "not an int"),
        ('_("lr", 1)\n_("seed", X)', "unknown"),
        ('_("lr", 1)\n_("seed", 1, range=[0, 2])', "--repeats 3"),
    ],
)
def test_repeats_need_a_seed(text: str, message: str) -> None:
    with pytest.raises(SpaceError, match=message):
        Trials(_select(text, "lr=1,2"), repeats=3)


def test_the_identity_survives_json_and_ignores_where_things_are() -> None:
    identity = Trials(_select(LISTED)).identity()
    assert identity == json.loads(json.dumps(identity))
    assert identity == Trials(_select(f"\n\n{LISTED}")).identity()
    assert identity == Trials(_select(LISTED), seed=1).identity()
    assert identity != Trials(_select(LISTED), "random").identity()
    assert identity != Trials(_select(LISTED.replace("7", "8"))).identity()
