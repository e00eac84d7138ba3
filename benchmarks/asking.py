"""Several processes that get values from the engine of one sweep, and report scores to it."""

from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from threading import BrokenBarrierError
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from hpargparse.space.select import Request, select
from hpargparse.sweep.engine import Engine
from hpargparse.sweep.score import Objective
from hpargparse.sweep.study import Study
from hpargparse.sweep.trials import Trials
from hpman import HyperParameterManager
from hpman.literals import show_literal

if TYPE_CHECKING:
    from threading import Barrier

_SPACE = "\n".join(f'_("name{index}", 0.5, search=[0.0, 1.0])' for index in range(4))
_LIMIT = 60.0  # seconds until all processes are ready
_barriers: list[Barrier] = []


class Times(NamedTuple):
    """What a process measured: when it began and ended, and the seconds of its calls."""

    begun: float
    ended: float
    calls: list[float]


def ask_and_tell(folder: str, method: str, processes: int, trials: int) -> list[Times]:
    """Let processes run trials that take no time.

    Args:
        folder: a new folder.
        method: how values are chosen.
        processes: how many ask at once.
        trials: how many trials there are for each of them.
    """
    context = get_context("spawn")
    barrier = context.Barrier(processes)
    with ProcessPoolExecutor(processes, context, _keep, (barrier,)) as pool:
        futures = [
            pool.submit(_work, folder, method, range(index, processes * trials, processes))
            for index in range(processes)
        ]
        return [future.result() for future in futures]


def _keep(barrier: Barrier) -> None:
    """Keep what can only be passed on while a process starts."""
    _barriers.append(barrier)


def _work(folder: str, method: str, trials: range) -> Times:
    index = HyperParameterManager("_").parse_source(_SPACE).index
    plan = Trials(select(index, Request(())), method, 0)
    study = Study(folder, "s", trials.stop, trials=plan, objectives=[Objective("loss")])
    study.open({}, [])
    plan.prunes = True
    plan.engine = engine = Engine(study)
    try:
        _barriers[0].wait(_LIMIT)
    except BrokenBarrierError:
        raise SystemExit("The processes did not start in time.") from None
    calls: list[float] = []
    begun = monotonic()
    for trial in trials:
        start = monotonic()
        point = engine.ask(trial)
        calls.append(monotonic() - start)
        _write_record(study, trial, point)
        start = monotonic()
        engine.sync()
        calls.append(monotonic() - start)
    return Times(begun, monotonic(), calls)


def _write_record(study: Study, trial: int, point: dict[str, object]) -> None:
    """Write the record of a trial that has ended, as short as can be."""
    name = f"{study.name}-{trial}-aaaaaaaa"
    run = {
        "schema": 1,
        "id": name,
        "program": "train.py",
        "process": 1,
        "started": 1.7e9,
        "values": {key: show_literal(value) for key, value in point.items()},
        "changed": list(point),
        "origins": {},
    }
    end = {"status": "finished", "exit": 0, "ended": 1.7e9, "metrics": {"loss": trial % 7}}
    folder = os.path.join(study.runs, name)
    os.makedirs(folder)
    for name, data in (("run.json", run), ("end.json", end)):
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in data.items()]
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write("{\n" + ",\n".join(lines) + "\n}\n")
