"""Which records an expression selects, and what it may say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpargparse.runs.query import select, sort
from hpman import HpmanError
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from pathlib import Path

    from hpargparse.runs.record import RunRecord


@pytest.fixture
def runs(tmp_path: Path) -> list[RunRecord]:
    def end(status: str, **metrics: float) -> dict[str, object]:
        return {"status": status, "exit": 0, "ended": 1_700_000_010.0, "metrics": metrics}

    values = {"model.depth": "4", "a-b": "True", "act": "'relu'", "ks": "(3, 3)"}
    values = {**values, "warm/opt.lr": "0.5", "warm-up/a/b-c": "7", "a b": "1"}
    return [
        write(tmp_path, "a", end("finished", loss=0.5), values={"lr": "0.1", **values}, dirty=True),
        write(
            tmp_path,
            "b",
            end("failed", **{"loss": float("nan"), "val/acc": 0.9}),
            values={"lr": "0.01", **values, "model.depth": "8"},
            branch="main",
        ),
        write(tmp_path, "c", {}, values={"act": "None"}),
    ]


@pytest.mark.parametrize(
    ("expression", "ids"),
    [
        ("lr < 0.05", "b"),
        ("lr >= 0.1 or status == 'failed'", "ab"),
        ("not lr < 0.05", "ac"),
        ("0.001 < lr <= 0.1 and model.depth == 8", "b"),
        ("model.depth in [4, 16]", "a"),
        ("act not in ('relu', 'tanh')", "c"),
        ("act < 1", ""),
        ("act == None", "c"),
        ("values['a-b']", "ab"),
        ("metrics['val/acc'] > 0.5", "b"),
        ("val/acc > 0.5", "b"),
        ("warm/opt.lr == 0.5 and not lr < 0.05", "a"),
        ("warm-up/a/b-c in [7] and a-b", "ab"),
        ("values['a b'] == 1", "ab"),
        ("loss == loss", "a"),
        ("loss != loss", "b"),
        ("ks == (3, 3)", "ab"),
        ("lr != -1", "ab"),
        ("dirty", "a"),
        ("not dirty", "bc"),
        ("branch == 'main'", "b"),
        ("duration == 10", "ab"),
        ("exit == 0", "ab"),
        ("started > '2023-11'", "abc"),
        ("id == 'a' or id == 'c'", "ac"),
        ("True", "abc"),
        (" lr  in  (0.1,) ", "a"),
    ],
)
def test_an_expression_selects(expression: str, ids: str, runs: list[RunRecord]) -> None:
    assert "".join(record.id for record in select(runs, expression)) == ids


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "lr <",
        "lr = 1",
        "lr is None",
        "lr + 1 < 2",
        "lr - 1 < 2",
        "lr / values['a']",
        "values['a'] - lr",
        "-lr",
        "f(lr)",
        "__import__('os').system('true')",
        "lr[0]",
        "values[lr]",
        "others['lr']",
        "values['a'].b()",
        "[x for x in y]",
        "lr < 1; lr",
        "(lambda: 1)()",
        "lr := 1",
        "a\0b",
        "(" * 500,
    ],
)
def test_anything_else_is_a_sentence(expression: str, runs: list[RunRecord]) -> None:
    with pytest.raises(HpmanError) as caught:
        select(runs, expression)
    assert "Write comparisons" in str(caught.value)


def test_a_single_equals_sign_is_named(runs: list[RunRecord]) -> None:
    for expression in ("lr = 1", "status = 'lost' and lr < 1", "lr < 1 and n = 2"):
        with pytest.raises(HpmanError, match="`=` does not compare, `==` does: `"):
            select(runs, expression)


@pytest.mark.parametrize("expression", ["status == lost", "lr > 1 and lrr == 2", "metrics['lr']"])
def test_a_name_that_no_run_has_is_a_sentence(expression: str, runs: list[RunRecord]) -> None:
    with pytest.raises(HpmanError, match="No run has a value or a metric `l"):
        select(runs, expression)
    assert select([], expression) == []


def test_records_are_sorted_by_any_values(runs: list[RunRecord]) -> None:
    def ids(key: str) -> str:
        return "".join(record.id for record in sort(runs, key))

    assert [ids("lr"), ids("-lr"), ids("loss"), ids("-loss")] == ["bac", "abc", "abc", "abc"]
    keys = ("act", "-act", "ks", "-id", "sweep")
    assert [ids(key) for key in keys] == ["cab", "abc", "abc", "cba", "abc"]
    with pytest.raises(HpmanError, match="did you mean `lr`"):
        sort(runs, "-lrr")


def test_runs_of_one_second_are_sorted_by_their_start(tmp_path: Path) -> None:
    starts = {"a": 1_700_000_000.25, "b": 1_700_000_000.5, "c": 1_700_000_000.125}
    runs = [write(tmp_path, name, started=started) for name, started in starts.items()]
    assert [record.id for record in sort(runs, "started")] == ["c", "a", "b"]
    assert [record.id for record in sort(runs, "-started")] == ["b", "a", "c"]
