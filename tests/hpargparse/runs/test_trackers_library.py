"""Exports to trackers, read back by their own libraries; `nox -s exports` installs these."""

from __future__ import annotations

import json
import os
import struct
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.commands import hpman
from hpargparse.runs.exports import export
from hpargparse.runs.record import records
from hpman import HpmanError
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# They warn about themselves, and leave files and threads to the end of the process.
pytestmark = pytest.mark.filterwarnings("default")
VALUES = {"lr": "1e-3", "act": "'relu'", "flag": "True", "enc/ks": "(3, 3)", "depth": "4"}
LOSSES = [1.5, 0.5, float("nan")]


def _library(name: str) -> Any:
    return pytest.importorskip(name, reason=f"`nox -s exports` installs {name}")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a run that finished, and another that failed."""
    monkeypatch.chdir(tmp_path)
    good = {"status": "finished", "exit": 0, "ended": 1_700_000_075.0, "metrics": {}}
    bad = {**good, "status": "failed", "exit": 1}
    for name, end, revision in (("good", good, "1234"), ("bad", bad, None)):
        record = write(tmp_path, name, end, values=VALUES, revision=revision)
        with open(f"{record.folder}/metrics.jsonl", "w", encoding="utf-8") as file:
            for step, loss in enumerate(LOSSES):
                row = {"time": 1_700_000_001.0 + step, "step": 10 * step, "val/loss": loss}
                print(json.dumps({**row, "größe %": step, "text": "x"}), file=file)
    return tmp_path


def _export(tracker: str, capfd: pytest.CaptureFixture[str], *args: str) -> str:
    hpman.main(["runs", "--export", tracker, *args])
    output, errors = capfd.readouterr()
    assert errors == ""
    return output.splitlines()[0]


def _check_exported_once(tracker: str, capfd: pytest.CaptureFixture[str], *args: str) -> None:
    assert _export(tracker, capfd, "--where", "status == 'finished'", *args) == (
        "Exported 1 of 1 runs."
    )
    assert _export(tracker, capfd, *args) == "Exported 1 of 2 runs. Exported before: 1."


def test_tensorboard_shows_scalars_and_hyperparameters(capfd: pytest.CaptureFixture[str]) -> None:
    _library("tensorboard")
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
    from tensorboard.plugins.hparams import metadata

    _check_exported_once("tensorboard", capfd)
    shown = EventMultiplexer().AddRunsFromDirectory("tensorboard")
    shown.Reload()
    assert sorted(shown.Runs()) == ["bad", "good"]
    losses = shown.Scalars("good", "val/loss")
    assert [(event.wall_time - 1.7e9, event.step) for event in losses] == [(1, 0), (2, 10), (3, 20)]
    assert [event.value for event in losses][:2] == LOSSES[:2]
    assert [event.value for event in shown.Scalars("bad", "größe %")] == [0, 1, 2]

    def content(run: str, tag: str) -> bytes:
        return bytes(shown.SummaryMetadata(run, tag).plugin_data.content)

    start = metadata.parse_session_start_info_plugin_data(
        content("good", metadata.SESSION_START_INFO_TAG)
    )
    assert start.start_time_secs == 1_700_000_000
    assert {name: getattr(v, v.WhichOneof("kind")) for name, v in start.hparams.items()} == {
        "lr": 1e-3,
        "act": "relu",
        "flag": True,
        "enc/ks": "(3, 3)",
        "depth": 4,
    }
    for run, status in (("good", 1), ("bad", 2)):
        end = metadata.parse_session_end_info_plugin_data(
            content(run, metadata.SESSION_END_INFO_TAG)
        )
        assert (end.status, end.end_time_secs) == (status, 1_700_000_075)


@pytest.mark.parametrize("output", ["runs/my #1.db", "sqlite:///server.db"])
def test_mlflow_finds_runs_with_params_and_metrics(
    output: str, capfd: pytest.CaptureFixture[str], project: Path
) -> None:
    mlflow = _library("mlflow")
    _check_exported_once("mlflow", capfd, "-o", output)
    uri = output if "://" in output else f"sqlite:///{output}"
    client = mlflow.MlflowClient(uri)
    experiment = client.get_experiment_by_name(project.name)
    found = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    good = found["good"]
    assert good.data.params == {
        "lr": "0.001",
        "act": "relu",
        "flag": "True",
        "enc/ks": "(3, 3)",
        "depth": "4",
    }
    losses = client.get_metric_history(good.info.run_id, "val/loss")
    assert [(row.step, row.timestamp - 1_700_000_000_000) for row in losses] == [
        (0, 1000),
        (10, 2000),
        (20, 3000),
    ]
    assert [row.value for row in losses][:2] == LOSSES[:2]
    assert good.data.metrics["größe _"] == 2
    assert good.data.tags["mlflow.source.git.commit"] == "1234"
    info = good.info
    assert (info.start_time, info.end_time) == (1_700_000_000_000, 1_700_000_075_000)
    assert {name: run.info.status for name, run in found.items()} == {
        "good": "FINISHED",
        "bad": "FAILED",
    }


def test_mlflow_replaces_a_run_whose_export_was_killed(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mlflow = _library("mlflow")
    client = mlflow.MlflowClient("sqlite:///mlflow.db")
    number = client.create_experiment(project.name)
    client.create_run(number, tags={"hpman.id": "good"})
    capfd.readouterr()
    assert _export("mlflow", capfd) == "Exported 2 of 2 runs."
    statuses = [run.info.status for run in client.search_runs([number])]
    assert sorted(statuses) == ["FAILED", "FINISHED"]


def test_wandb_gets_offline_runs(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _library("wandb")
    _check_exported_once("wandb", capfd, "-o", "my wandb")
    files = {path.stem: path for path in project.glob("my wandb/offline-run-*/*.wandb")}
    assert sorted(files) == ["run-bad", "run-good"]
    entries = [*_entries(files["run-good"].read_bytes())]
    (run,) = (entry.run for entry in entries if entry.HasField("run"))
    assert (run.run_id, run.project) == ("good", project.name)
    config = {item.key: json.loads(item.value_json) for item in run.config.update}
    config.pop("_wandb", None)
    assert config == {"lr": 1e-3, "act": "relu", "flag": True, "enc/ks": "(3, 3)", "depth": 4}
    rows = [
        {item.key or "/".join(item.nested_key): item.value_json for item in entry.history.item}
        for entry in entries
        if entry.HasField("history")
    ]
    assert [row["val/loss"] for row in rows] == ["1.5", "0.5", "NaN"]
    assert [(int(row["_step"]), float(row["_timestamp"]) - 1.7e9) for row in rows] == [
        (0, 1),
        (10, 2),
        (20, 3),
    ]
    for name, code in (("good", 0), ("bad", 1)):
        ends = [
            entry.exit.exit_code
            for entry in _entries(files[f"run-{name}"].read_bytes())
            if entry.HasField("exit")
        ]
        assert ends == [code]


def _entries(data: bytes) -> Iterator[Any]:
    """Yield the entries of a file of wandb: parts in blocks of 32 KiB, as in LevelDB."""
    from wandb.proto.wandb_internal_pb2 import Record

    place, parts = 7, b""
    while place + 7 <= len(data):
        if 32768 - place % 32768 < 7:
            place += 32768 - place % 32768
        _crc, size, kind = struct.unpack_from("<IHB", data, place)
        parts += data[place + 7 : place + 7 + size]
        place += 7 + size
        if kind in (1, 4):  # all of it, or its last part
            yield Record.FromString(parts)
            parts = b""


@pytest.mark.parametrize("tracker", ["tensorboard", "mlflow", "wandb"])
def test_an_output_that_cannot_be_written_is_a_sentence(tracker: str, project: Path) -> None:
    _library(tracker)
    (project / "file").touch()
    with pytest.raises(HpmanError, match=f"Cannot export to {tracker} in `file/x`: "):
        export(records(str(project / ".hpman/runs")), tracker, os.path.join("file", "x"))
    assert sorted(os.listdir(project)) == [".hpman", "file"]
