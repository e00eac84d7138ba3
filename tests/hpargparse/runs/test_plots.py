"""What a picture of runs has in it, without drawing it; `nox -s exports` tests the drawing."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from hpargparse.runs import plots
from hpargparse.runs.plots import Panel, Picture, Series, picture, plot
from hpman import HpmanError
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hpargparse.runs.record import RunRecord


def _run(
    folder: Path, name: str, losses: list[float], changed: list[str], **values: str
) -> RunRecord:
    record = write(folder, name, values=values, changed=changed)
    with open(f"{record.folder}/metrics.jsonl", "w", encoding="utf-8") as file:
        for step, loss in enumerate(losses):
            print(json.dumps({"step": step, "loss": loss, "other": 1}), file=file)
    return record


@pytest.fixture
def records(tmp_path: Path) -> list[RunRecord]:
    return [
        _run(tmp_path, "a", [4000.0, 2.0], ["lr"], lr="0.0012345678", ks="(3, 3)", n="1"),
        _run(tmp_path, "b", [3.0], ["ks"], lr="0.1", ks="None", n="1"),
        _run(tmp_path, "c", [5.0, float("nan")], [], lr="0.1", ks="None", n="1", new="'x'"),
    ]


def _dot(run: int, x: float, y: float) -> Series:
    return Series(run, [x], [y], joined=False)


def _panels(found: Picture) -> Mapping[tuple[str, str], Panel]:
    return {(panel.x_label, panel.y_label): panel for panel in found.panels}


def test_metrics_are_over_steps_and_varied_values_under_the_first_metric(
    records: list[RunRecord],
) -> None:
    found = picture(records)
    panels = _panels(found)
    assert [*panels] == [
        ("step", "loss"),
        ("step", "other"),
        ("lr", "loss"),
        ("ks", "loss"),
    ]
    assert found.labels == ["a lr=0.001235", "b ks=None", "c"]
    assert found.note == ""
    curves = panels["step", "loss"]
    assert curves.series[:2] == [Series(0, [0, 1], [4000.0, 2.0]), Series(1, [0], [3.0])]
    assert (curves.log_x, curves.log_y) == (False, True)
    dots = panels["lr", "loss"]
    assert dots.series == [_dot(0, 0.0012345678, 2.0), _dot(1, 0.1, 3.0)]
    assert (dots.log_x, dots.log_y) == (True, False)
    groups = panels["ks", "loss"]
    assert groups.categories == ["(3, 3)", "None"]
    assert groups.series == [_dot(0, 0.0, 2.0), _dot(1, 1.0, 3.0)]
    assert not groups.log_x


def test_a_run_without_a_metric_has_no_line(tmp_path: Path, records: list[RunRecord]) -> None:
    found = picture([*records, write(tmp_path, "d", values={"lr": "1.0"}, changed=["lr"])])
    assert found.labels[-1] == "d lr=1"
    assert [line.run for line in found.panels[0].series] == [0, 1, 2]
    assert [dot.run for dot in _panels(found)["lr", "loss"].series] == [0, 1]


def test_columns_say_what_is_drawn(records: list[RunRecord]) -> None:
    panels = _panels(picture(records, ["n", "status", "other"]))
    assert [*panels] == [("step", "other"), ("n", "other"), ("status", "other")]
    assert panels["status", "other"].categories == ["finished"]
    assert [*_panels(picture(records, ["new"]))] == [("step", "loss"), ("step", "other")]
    with pytest.raises(HpmanError, match="No run has a value or a metric `los`"):
        picture(records, ["los"])


def test_many_runs_are_grey_dots_and_a_note(tmp_path: Path) -> None:
    names = [f"x{index}" for index in range(7)]
    records = [
        _run(tmp_path, f"r{run}", [9.0, run + 1.0], ["x0"], **dict.fromkeys(names, str(run)))
        for run in range(12)
    ]
    found = picture(records)
    assert found.note == "Shown: 10 of 12 runs in colour, 6 of 7 values."
    assert [label.split()[0] for label in found.labels] == [f"r{run}" for run in range(2, 12)]
    panels = _panels(found)
    assert len(panels) == 2 + 6
    assert len(panels["step", "loss"].series) == 10
    assert panels["x0", "loss"].series[0] == Series(None, [0.0, 1.0], [1.0, 2.0], joined=False)


def test_a_score_that_was_found_in_the_output_is_drawn(tmp_path: Path) -> None:
    records = [
        write(tmp_path, n, {"status": "finished", "metrics": {"acc": acc}}, values={"n": n})
        for n, acc in (("0", 0.5), ("1", 0.75))
    ]
    found = picture(records)
    (panel,) = found.panels  # not also one over a single step
    assert (panel.x_label, panel.y_label) == ("n", "acc")
    assert panel.series == [_dot(0, 0.0, 0.5), _dot(1, 1.0, 0.75)]


def test_without_numbers_there_is_nothing_to_plot(tmp_path: Path) -> None:
    for records in ([], [write(tmp_path, "a")]):
        with pytest.raises(HpmanError, match=r"These \d runs have reported no numbers") as caught:
            picture(records)
        assert "`hpman.report(loss=0.3, step=1)`" in str(caught.value)


def test_the_ending_of_a_file_is_its_format(
    tmp_path: Path, records: list[RunRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("runs", "runs.pdf", "png"):
        with pytest.raises(HpmanError, match=r"End the name of the file with .png, .svg or .html"):
            plot(records, name)
    drawn = []

    def draw(found: Picture, kind: str) -> bytes:
        drawn.append((len(found.panels), kind))
        return b"<?xml?><svg>gr\xc3\xb6\xc3\x9fe</svg>\n"

    figures = SimpleNamespace(draw=draw)
    monkeypatch.setitem(sys.modules, "hpargparse.runs.figures", figures)
    monkeypatch.setattr(plots, "require_library", lambda *_names: None)
    for name in ("a.png", "b.SVG", "c.html"):
        plot(records, str(tmp_path / name), ["loss", "lr"])
    assert drawn == [(2, "png"), (2, "svg"), (2, "svg")]
    assert (tmp_path / "b.SVG").read_bytes().startswith(b"<?xml")
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<body>\n<svg>größe</svg>\n</body>" in page
