"""Write exported runs through the libraries of trackers.

Owns what each library calls things. Each function exports a run completely or not at all, and
returns whether it did: not if the output has it already. `nox -s exports` measures its tests.
Must not know records.
"""

from __future__ import annotations

import glob
import os
import re
from contextlib import closing, contextmanager
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .exports import ExportedRun

_BATCH = 100  # what MLflow accepts at once


def to_tensorboard(run: ExportedRun, output: str) -> bool:
    """Write an event file with scalars and hyperparameters, in a folder of the run."""
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    target = os.path.join(output, run.id)
    if os.path.exists(target):
        return False
    with _staged(output, run.id) as folder:
        with closing(EventFileWriter(folder)) as writer:
            _write_events(writer, run)
        os.rename(folder, target)
    return True


def _write_events(writer: Any, run: ExportedRun) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2, summary_v2

    start = summary_v2.hparams_pb(run.values, run.id, run.started)
    writer.add_event(Event(wall_time=run.started, summary=start))
    for step, time, metrics in run.points:
        scalars = [Summary.Value(tag=name, simple_value=y) for name, y in metrics.items()]
        writer.add_event(Event(wall_time=time, step=step, summary=Summary(value=scalars)))
    state = api_pb2.STATUS_SUCCESS if run.status == "finished" else api_pb2.STATUS_FAILURE
    session = plugin_data_pb2.SessionEndInfo(status=state, end_time_secs=run.ended)
    data = plugin_data_pb2.HParamsPluginData(session_end_info=session)
    end = Summary.Value(
        tag=metadata.SESSION_END_INFO_TAG,
        metadata=metadata.create_summary_metadata(data),
        tensor=metadata.NULL_TENSOR,
    )
    writer.add_event(Event(wall_time=run.ended, summary=Summary(value=[end])))


def to_mlflow(run: ExportedRun, output: str) -> bool:
    """Create a run in an SQLite database, or on a server if the output is a URI."""
    from mlflow.entities import ViewType

    is_uri = "://" in output
    client, artifacts = _mlflow_client(output if is_uri else os.path.abspath(output))
    experiment = client.get_experiment_by_name(run.project)
    number = experiment.experiment_id if experiment else None
    number = number or client.create_experiment(run.project, artifacts)
    same = f"tags.`hpman.id` = '{run.id}'"
    exported = client.search_runs([number], same, ViewType.ACTIVE_ONLY, 1)
    if exported and exported[0].info.status != "RUNNING":
        return False
    for remains in exported:  # of an export that was killed
        client.delete_run(remains.info.run_id)
    _create_mlflow_run(client, number, run)
    return True


@cache
def _mlflow_client(output: str) -> tuple[Any, str | None]:
    """Return a client, and where a new experiment keeps its files."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import logging
    from pathlib import Path

    from mlflow import MlflowClient

    logging.getLogger("mlflow").setLevel(logging.WARNING)  # a new database says much
    if "://" in output:
        return MlflowClient(output), None
    os.makedirs(os.path.dirname(output), exist_ok=True)
    return MlflowClient(f"sqlite:///{output}"), Path(f"{output}-artifacts").as_uri()


def _create_mlflow_run(client: Any, experiment: str, run: ExportedRun) -> None:
    from mlflow.entities import Metric, Param

    tags = {"hpman.id": run.id, "hpman.status": run.status, "mlflow.source.name": run.program}
    if run.revision:
        tags["mlflow.source.git.commit"] = run.revision
    created = client.create_run(experiment, int(run.started * 1000), tags, run.id)
    metrics = [
        Metric(_mlflow_name(name), value, int(time * 1000), step)
        for step, time, numbers in run.points
        for name, value in numbers.items()
    ]
    params = [Param(_mlflow_name(name), str(value)) for name, value in run.values.items()]
    for start in range(0, max(len(metrics), len(params)), _BATCH):
        batch = slice(start, start + _BATCH)
        client.log_batch(created.info.run_id, metrics[batch], params[batch])
    status = {"finished": "FINISHED", "failed": "FAILED"}.get(run.status, "KILLED")
    client.set_terminated(created.info.run_id, status, int(run.ended * 1000))


def to_wandb(run: ExportedRun, output: str) -> bool:
    """Write an offline run, which `wandb sync` uploads."""
    import wandb

    if glob.glob(os.path.join(glob.escape(output), f"offline-run-*-{run.id}")):
        return False
    with _staged(output, run.id) as folder:
        settings: dict[str, Any] = {"silent": True, "console": "off", "disable_git": True}
        with wandb.init(
            project=run.project,
            id=run.id,
            name=run.id,
            dir=folder,
            mode="offline",
            config=run.values,
            tags=[run.status],
            settings=wandb.Settings(
                **settings,
                save_code=False,
                x_disable_meta=True,  # it would describe this machine of today
                x_disable_stats=True,
                x_save_requirements=False,
            ),
        ) as tracked:
            for step, time, metrics in run.points:
                tracked.log({**metrics, "_timestamp": time}, step=step)
            tracked.finish(exit_code=0 if run.status == "finished" else 1)
        wandb.teardown()  # waits until the file is complete
        (made,) = glob.glob(os.path.join(glob.escape(folder), "wandb", "offline-run-*"))
        os.rename(made, os.path.join(output, os.path.basename(made)))
    return True


def _mlflow_name(name: str) -> str:
    """Return a name that MLflow accepts."""
    return re.sub(r"[^\w.\-/: ]", "_", name)


@contextmanager
def _staged(output: str, name: str) -> Iterator[str]:
    """Give a temporary folder in the output; what is complete is moved out of it."""
    from shutil import rmtree

    folder = os.path.join(output, f".{name}-{os.getpid()}")
    os.makedirs(folder)
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)
