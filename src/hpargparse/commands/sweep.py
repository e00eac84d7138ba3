"""`hpman sweep SCRIPT`: many runs of a program, with other values for its hyperparameters.

Owns what the command does in which order; must not know how a space is read, or a run is started.
"""

from __future__ import annotations

import argparse
import json
import os
from base64 import b32encode
from collections.abc import Sequence
from errno import EIO
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hpman import HpmanError
from hpman.programs import is_notebook, require_sound
from hpman.text import escape, relative_path

from ..claims.slots import Slots, find_gpus
from ..claims.storage_url import PASSWORD, StorageUrl, without_password
from ..cli.argv import parse_command, split_at_dashes
from ..cli.errors import exit_interrupted, exit_with_errors
from ..cli.output import json_text, warn, write_result
from ..completion import get_argv
from ..errors import SpaceError, SweepError
from ..run.runner import Program, locate_module, locate_script
from ..runs.record import project_folder, project_of
from ..space.report import json_report, text_report
from ..space.select import Request, Selection, select
from ..space.space import Space
from ..sweep.options import read_objectives, sweep_parser
from ..sweep.score import Objective
from ..sweep.study import Study, find_sweep
from ..sweep.trials import RANDOM, SAMPLERS, Trials

if TYPE_CHECKING:
    from ..run.slurm import JobRequest
    from ..sweep.launch import Launcher

_FOLDER = "The folder `.hpman` of the project must be a folder that can be written."
_HOW_MANY = "Say how many trials there are: `--trials 20`."
_MOST_POINTS = 10_000  # that are run without --trials
_NAME_LENGTH = 5


def main(args: Sequence[str] | None = None, *, prog: str = "hpman sweep") -> None:
    """Run the command with some arguments, by default those of the process."""
    parser = sweep_parser(prog)
    argv = get_argv(args)
    own, arguments = split_at_dashes(argv)
    if any(arg.partition("=")[0] == "--hp-load" for arg in own):
        parser.error("a sweep loads no files: name their values, as in `--sweep epochs=3`")
    options = parse_command(parser, own)
    options.commands = [[*map(without_password, argv)]]
    if options.resume is not None:
        options, arguments = _resume(prog, options.resume, argv)
    if (options.script is None) == (options.module is None):
        parser.error("name one script, before the options, or `-m` and a module")
    objectives = read_objectives(parser, options)
    request = Request(
        tuple(options.sweep), tuple(options.zip), tuple(options.fix), options.all_hinted
    )
    try:
        jobs = None if options.slurm is None else _jobs(options.slurm)
        if options.module is not None:
            program = locate_module(options.module)
        else:
            program = locate_script(options.script)
        index = program.read_sources()
        require_sound(index)
        selection = select(index, request)
        trials = _trials(prog, selection, objectives, options)
        warn(prog, [escape(note) for note in selection.notes])
        if options.dry:
            _write_space(prog, selection, options.format)
            return
        program.require_packages()
        options.slots = _slots(program, options)
        study = _study(program, trials, objectives, options, arguments)
        if jobs is not None and _has_more(study):
            write_result(prog, _submit(study, jobs, options.format))
            return
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error)
    _run(prog, study, options, arguments)


def _resume(prog: str, name: str, argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the options and arguments of a sweep, and go to the folder where it was started."""
    try:
        sweep, folder, (first, *others) = find_sweep(name)
        os.chdir(folder)
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error)
    own, arguments = split_at_dashes(first)
    options = sweep_parser(prog).parse_intermixed_args(own)
    options.name = sweep
    parser = sweep_parser(prog)
    for action in parser._actions:
        action.default = None  # so that what is not given is None
    options.commands = [first, *others]
    for command in (*others, argv):
        own, given = split_at_dashes(command)
        overrides = parser.parse_intermixed_args(own)
        if overrides.script is not None or overrides.module is not None:
            parser.error("--resume takes the program of the sweep: leave it out here")
        changes = {key: value for key, value in vars(overrides).items() if value is not None}
        vars(options).update(changes)
        arguments = given if "--" in command else arguments
    if len(argv) > 1 + bool(name):
        options.commands.append([*map(without_password, argv)])
    return options, arguments


def _jobs(slurm: str) -> JobRequest | None:
    """Return the jobs to submit; None in such a job."""
    from ..run.slurm import WORKER, request_jobs

    return None if os.environ.pop(WORKER, None) is not None else request_jobs(slurm)


def _run(prog: str, study: Study, options: argparse.Namespace, arguments: list[str]) -> None:
    """Run the trials, and report how the sweep ended."""
    from ..claims.presence import presence
    from ..sweep import outcome
    from ..sweep.driver import Driver
    from ..sweep.progress import Progress

    if study.trials.needs_optuna:
        from ..sweep.engine import Engine

        study.trials.engine = Engine(study)
    is_json = options.format == "json"
    progress = Progress(prog, study, is_json=is_json)
    driver = Driver(
        study,
        _launcher(options, arguments),
        jobs=options.jobs,
        timeout=options.timeout,
        progress=progress,
        slots=options.slots,
    )
    held = study.exchange.claims() if study.exchange is not None else presence(study.folder)
    try:
        with held as (study.claims, warnings):
            warn(prog, warnings)
            progress.begin()
            driver.run()
            if study.trials.engine is not None:
                study.trials.engine.sync()
    except (HpmanError, OSError) as error:
        progress.close(erase=False)
        exit_with_errors(prog, error)
    progress.close()
    if is_json:
        progress.write_event("end", outcome.json_report(study, driver.failure))
    else:
        write_result(prog, f"\n{outcome.text_report(study, driver.failure)}")
    if driver.interrupts:
        exit_interrupted(driver.signal)
    if driver.failure or not study.has_success():
        raise SystemExit(1)


def _launcher(options: argparse.Namespace, arguments: list[str]) -> Launcher:
    from ..sweep.launch import Launcher

    program = ["-m", options.module] if options.module is not None else [options.script]
    is_warm = options.warm and not is_notebook(options.script or "")
    return Launcher(program, arguments, is_warm=is_warm)


def _has_more(study: Study) -> bool:
    study.refresh()
    return not study.is_over()


def _submit(study: Study, jobs: JobRequest, form: str) -> str:
    """Submit workers that go on with a sweep, and return a text about them."""
    from ..run.slurm import submission_text, submit

    command = ["sweep", f"--resume={study.name}"]
    folder = os.path.join(study.folder, "slurm")
    if study.exchange is not None:
        database = study.exchange.database
        database.close()
        if database.url.password:
            os.environ[PASSWORD] = database.url.password  # jobs inherit it
    number = submit(command, jobs, folder, name=study.name, start=project_of(study.folder))
    if form == "json":
        data = {"event": "submitted", "job": number, "workers": jobs.workers, "output": folder}
        return f"{json.dumps(data)}\n"
    return submission_text(number, jobs, folder, f"sweep == '{study.name}'")


def _trials(
    prog: str,
    selection: Selection,
    objectives: tuple[Objective, ...],
    options: argparse.Namespace,
) -> Trials:
    """Return the trials, by the method that is asked for or the usual one."""
    trials = Trials(selection, options.method, options.seed, options.repeats)
    if not options.method and trials.method == RANDOM and objectives:
        from importlib.util import find_spec

        if find_spec("optuna") is not None:
            trials.method = SAMPLERS[0]
        else:
            note = 'points are random; `pip install "hpman[sweep]"` adds a search that learns'
            warn(prog, [note])
    trials.prunes = options.prune
    if trials.needs_optuna:
        from ..sweep.engine import check_trials

        check_trials(trials)
    return trials


def _slots(program: Program, options: argparse.Namespace) -> Slots | None:
    """Return the GPUs that runs may use; None without any. Set the number of jobs."""
    gpus = [] if options.slurm else find_gpus(options.gpus)  # each worker finds its own
    slots = Slots(project_folder(program.folder), gpus, options.per_gpu or 1) if gpus else None
    options.jobs = options.jobs or (slots.count if slots else 1)
    return slots


def _study(
    program: Program,
    trials: Trials,
    objectives: tuple[Objective, ...],
    options: argparse.Namespace,
    arguments: list[str],
) -> Study:
    """Open the sweep on disk: the one that was interrupted, or a new one."""
    project = project_folder(program.folder)
    source = os.path.relpath(os.path.realpath(program.source), os.path.realpath(project))
    identity = {
        "program": f"-m {program.name}" if program.is_module else source,
        "arguments": arguments,
        "score": [list(objective[:3]) for objective in objectives],
        **trials.identity(),
    }
    study = Study(
        project,
        options.name or _name(identity),
        _total(options.trials, trials.space),
        trials=trials,
        objectives=objectives,
        arguments=arguments,
        retries=options.retries,
        collects=options.jobs == 1,
    )
    _open(study, identity, options)
    return study


def _total(trials: int | None, space: Space) -> int:
    """Return the number of trials."""
    if space.size is None and trials is None:
        axes = (axis for axis in space.axes if axis.name in space.continuous)
        names = ", ".join(f"`{axis.name}` ({axis.domain})" for axis in axes)
        message = f"The number of trials is unlimited, because of {names}."
        raise SpaceError.because(message, _HOW_MANY)
    total = min(size for size in (trials, space.size) if size is not None)
    if trials is None and total > _MOST_POINTS:
        raise SpaceError.because(f"The space has {total} points.", _HOW_MANY)
    return total


def _open(study: Study, identity: dict[str, Any], options: argparse.Namespace) -> None:
    if options.storage is not None:
        from ..sweep.exchange import Exchange

        study.exchange = Exchange(
            StorageUrl(options.storage),
            study.runs,
            study.name,
            study.objectives,
            collects=options.jobs == 1,
            say=lambda text: warn("hpman sweep", [escape(text)]),
        )
    commands = options.commands
    try:
        study.open(identity, commands[0], commands[1:])
    except OSError as error:
        message = f"The sweep cannot make its records: {os.strerror(error.errno or EIO)}."
        place = relative_path(error.filename or study.folder)
        raise SweepError.because(message, _FOLDER, place) from error


def _name(identity: dict[str, Any]) -> str:
    """Return a name that the same sweep has each time."""
    digest = sha256(json.dumps(identity, sort_keys=True).encode()).digest()
    return b32encode(digest).decode().lower()[:_NAME_LENGTH]


def _write_space(prog: str, selection: Selection, form: str) -> None:
    if form == "json":
        write_result(prog, json_text(json_report(selection)))
    else:
        write_result(prog, text_report(selection))
