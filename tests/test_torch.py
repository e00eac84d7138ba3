"""What works with torch, which `nox -s torch` installs: models that compile, and sweeps."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.runs.record import records
from hpman import HyperParameterManager
from tests.hpargparse.runs.recorded import environment

if TYPE_CHECKING:
    from collections.abc import Callable

torch: Any = pytest.importorskip("torch", reason="of `nox -s torch`")
pytestmark = pytest.mark.filterwarnings("default")  # torch warns about itself

SOURCE = """
def forward(x):
    x = x * _("scale", 2.0) + _("layers", [1, 2])[0] + len(_("name", "abc")) + _("pair", (1, 2))[1]
    return x if _("flag", True) else -x
"""
# A run with the lowest learning rate waits until it is pruned.
TRAIN = """
import time
import torch
from torch.utils.data import DataLoader, TensorDataset
from hpman import report
from hpman.m import _

def main():
    torch.manual_seed(_("seed", 0))
    x = torch.randn(64, 4)
    workers = _("workers", 0, choices=[0, 2])
    loader = DataLoader(TensorDataset(x, x.sum(1)), 16, shuffle=True, num_workers=workers)
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=_("lr", 0.1, range=[0, 1]))
    for epoch in range(3):
        for step, (inputs, targets) in enumerate(loader):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(model(inputs)[:, 0], targets)
            loss.backward()
            optimizer.step()
            if step == 0:
                report(loss=loss.item(), step=epoch)
                print(epoch, loss, torch.get_num_threads(), flush=True)
                time.sleep(60 if _("lr") < 0.001 and epoch else 0)
    print(model.weight, torch.rand(1))

if __name__ == "__main__":
    main()
"""


@pytest.fixture
def manager() -> HyperParameterManager:
    return HyperParameterManager("_").parse_source(SOURCE)


@pytest.fixture
def forward(manager: HyperParameterManager) -> Callable[[Any], Any]:
    names: dict[str, Any] = {"_": manager}
    exec(compile(SOURCE, "model.py", "exec"), names)
    function: Callable[[Any], Any] = names["forward"]
    return function


def test_a_forward_compiles_whole_and_follows_what_is_set(
    manager: HyperParameterManager, forward: Callable[[Any], Any]
) -> None:
    compiled = torch.compile(forward, fullgraph=True, backend="eager")
    x = torch.ones(2)
    assert compiled(x).tolist() == [8.0, 8.0]
    manager.set_values({"scale": 3.0, "flag": False, "layers": [5, 6]})
    assert compiled(x).tolist() == forward(x).tolist() == [-13.0, -13.0]
    assert manager.unused() == []
    with manager.override(scale=7.0):
        assert compiled(x).tolist() == forward(x).tolist() == [-17.0, -17.0]
    assert compiled(x).tolist() == [-13.0, -13.0]


def _sweep(*args: str) -> tuple[dict[str, Any], list[object]]:
    """Run a sweep; return its events by their names, and what the records have of its runs."""
    command = "sweep train.py --minimize loss --prune --grid --format json --sweep"
    space = ["lr=0.05,0.06,0.07,0.0001", "workers=2,0", "--trials=7"]
    done = subprocess.run(
        [sys.executable, "-m", "hpman", *command.split(), *space, *args],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    seen: list[object] = []
    for record in sorted(records(".hpman/runs"), key=lambda record: record.id):
        rows = [(row["step"], row["loss"]) for row in record.history()]
        seen.append((record.status, record.values, record.metrics, rows, record.output()))
    rmtree(".hpman")
    return {line["event"]: line for line in map(json.loads, done.stdout.splitlines())}, seen


@pytest.mark.skipif(sys.platform != "linux", reason="no process is warm here")
def test_runs_of_a_warm_process_equal_fresh_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").touch()
    Path("train.py").write_text(TRAIN)
    events, warm = _sweep()
    assert "fresh" not in events
    assert [events["end"][key] for key in ("complete", "pruned", "failed")] == [6, 1, 0]
    assert warm == _sweep("--no-warm")[1]
