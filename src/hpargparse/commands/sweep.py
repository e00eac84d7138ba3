"""`hpman sweep SCRIPT`: many runs of a program, with other values for its hyperparameters.

Owns the command line of this command; must not know how a space is read, or a run is started.
"""

from __future__ import annotations

import argparse
import os
import re

from hpman import HpmanError
from hpman._text import escape
from hpman.programs import require_sound

from ..cli.argv import command_parser, parse_command, split_at_dashes
from ..cli.errors import exit_interrupted, exit_with_errors
from ..cli.output import json_text, warn, write_result
from ..completion import get_argv
from ..run.runner import locate_module, locate_script
from ..run.slurm import WORKER, request_jobs, submission_text, submit
from ..sweep.plan import GRID, RANDOM, SAMPLERS
from ..sweep.report import json_report, text_report
from ..sweep.select import Request, select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..run.runner import Program
    from ..run.slurm import JobRequest
    from ..sweep.engine import Engine
    from ..sweep.plan import Plan
    from ..sweep.score import Objective
    from ..sweep.select import Selection
    from ..sweep.slots import Slots
    from ..sweep.study import Study

_USAGE = """\
%(prog)s (SCRIPT | -m MODULE) [options] [-- its arguments]
       %(prog)s --resume [NAME] [options]"""
_DESCRIPTION = """\
Run a program many times with other values for its hyperparameters. Searched are
those with the hint `search` or `scale`, and those that --sweep names. Each run
leaves a record, see `hpman runs`. The same command goes on with a sweep that
was interrupted or killed, and several of the same command share the work."""
_EPILOG = """\
a SPACE is
  lr                a name, for the values of its hints
  depth=2,4,8       a list; ks=(3,3),(5,5) for tuples
  depth=2..8        all ints of a range; depth=2..8:2 with a step
  lr=1e-5..1:log    floats, with a logarithmic scale
  encoder/depth=2,4 the value in a scope

examples:
  {prog} train.py --minimize val_loss --trials 50 --jobs 4
  {prog} train.py --minimize val_loss --sweep lr=0.1,0.3 depth=2,4
  {prog} train.py --dry --sweep lr depth=2,4  show the space
  {prog} train.py --dry --zip lr,wd           change two together
  {prog} train.py --minimize val_loss --maximize accuracy
  {prog} train.py --maximize accuracy --score 'accuracy: (\\S+)'"""
_ADVICE = (
    "write a value of a hyperparameter as `--sweep lr=0.3`, and arguments for the program itself"
    " after `--`"
)
_HOW_MANY = "Say how many trials there are: `--trials 20`."
_MOST_POINTS = 10_000  # that are run without --trials
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)
_NAME_LENGTH = 5
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def main(args: Sequence[str] | None = None, *, prog: str = "hpman sweep") -> None:
    """Run the command.

    Args:
        args: the arguments of the command; those of the process if this is None.
        prog: the name of the command in help and errors.
    """
    parser = _parser(prog)
    argv = get_argv(args)
    own, arguments = split_at_dashes(argv)
    options = parse_command(parser, own)
    options.commands = [argv]
    if options.resume is not None:
        options, arguments = _resume(prog, options.resume, argv)
    if (options.script is None) == (options.module is None):
        parser.error("name one script, before the options, or `-m` and a module")
    objectives = _objectives(parser, options)
    request = Request(
        tuple(options.sweep), tuple(options.zip), tuple(options.fix), options.all_hinted
    )
    try:
        is_worker = os.environ.pop(WORKER, None) is not None
        jobs = None if is_worker or options.slurm is None else request_jobs(options.slurm)
        program = _locate(options)
        index = program.read_sources()
        require_sound(index)
        selection = select(index, request)
        plan = _plan(prog, selection, objectives, options)
        warn(prog, [escape(note) for note in selection.notes])
        if options.dry:
            _write_space(prog, selection, options.format)
            return
        if options.export:
            _export(prog, plan, options, arguments, objectives)
            return
        options.slots = _slots(program, options)
        study = _study(program, plan, objectives, options, arguments)
        if jobs is not None and _has_more(study):
            write_result(prog, _submit(study, jobs, options.format))
            return
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error)
    _run(prog, study, plan, options, arguments)


def _resume(prog: str, name: str, argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the options and arguments of a sweep, and go to the folder where it was started.

    Args:
        prog: the name of the command.
        name: the name of the sweep; empty for the last one.
        argv: the arguments now. They override those of the sweep.
    """
    from ..sweep.resume import find_sweep

    try:
        sweep = find_sweep(name)
        os.chdir(sweep.folder)
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error)
    first, *others = sweep.commands
    own, arguments = split_at_dashes(first)
    options = _parser(prog).parse_intermixed_args(own)
    options.name = sweep.name
    parser = _parser(prog)
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
        options.commands.append(argv)
    return options, arguments


def _locate(options: argparse.Namespace) -> Program:
    if options.module is not None:
        return locate_module(options.module)
    return locate_script(options.script)


def _run(
    prog: str, study: Study, plan: Plan, options: argparse.Namespace, arguments: list[str]
) -> None:
    """Run the trials, and report how the sweep ended."""
    from ..sweep import outcome
    from ..sweep.driver import Driver
    from ..sweep.launch import Launcher
    from ..sweep.presence import presence
    from ..sweep.progress import Progress

    plan.engine = _engine(study, plan)
    is_json = options.format == "json"
    progress = Progress(prog, study, plan, is_json=is_json)
    driver = Driver(
        study,
        plan,
        Launcher(_program(options), arguments, is_warm=options.warm),
        jobs=options.jobs,
        timeout=options.timeout,
        progress=progress,
        slots=options.slots,
    )
    try:
        with presence(study.folder) as warnings:
            warn(prog, warnings)
            progress.begin()
            driver.run()
            if plan.engine is not None:
                plan.engine.sync()
    except (HpmanError, OSError) as error:
        progress.close(erase=False)
        exit_with_errors(prog, error)
    progress.close()
    if is_json:
        progress.write_event("end", outcome.json_report(study, plan, driver.failure))
    else:
        write_result(prog, f"\n{outcome.text_report(study, plan, driver.failure)}")
    if driver.interrupts:
        exit_interrupted(driver.signal)
    if driver.failure or not study.has_success():
        raise SystemExit(1)


def _has_more(study: Study) -> bool:
    study.refresh()
    return not study.is_over()


def _submit(study: Study, jobs: JobRequest, form: str) -> str:
    """Submit workers that go on with a sweep, and return a text about them."""
    import json

    from ..runs.folder import project_of

    command = ["sweep", f"--resume={study.name}"]
    folder = os.path.join(study.folder, "slurm")
    number = submit(command, jobs, folder, name=study.name, start=project_of(study.folder))
    if form == "json":
        data = {"event": "submitted", "job": number, "workers": jobs.workers, "output": folder}
        return f"{json.dumps(data)}\n"
    return submission_text(number, jobs, folder, f"sweep == '{study.name}'")


def _plan(
    prog: str,
    selection: Selection,
    objectives: tuple[Objective, ...],
    options: argparse.Namespace,
) -> Plan:
    """Return the plan of the trials, by the method that is asked for or the usual one.

    Raises:
        HpmanError: if the space is not one for the method, or a package is missing.
    """
    from ..sweep.plan import Plan

    plan = Plan(selection, options.method, options.seed, options.repeats)
    if not options.method and plan.method == RANDOM and objectives:
        from importlib.util import find_spec

        if find_spec("optuna") is not None:
            plan.method = SAMPLERS[0]
        else:
            note = 'points are random; `pip install "hpman[sweep]"` adds a search that learns'
            warn(prog, [note])
    plan.prunes = options.prune
    if plan.method in SAMPLERS or plan.prunes:
        from ..sweep.engine import check_plan

        check_plan(plan)
    return plan


def _engine(study: Study, plan: Plan) -> Engine | None:
    if plan.method not in SAMPLERS and not plan.prunes:
        return None
    from ..sweep.engine import Engine

    return Engine(study, plan)


def _slots(program: Program, options: argparse.Namespace) -> Slots | None:
    """Return the GPUs that runs may use; None without any. Set the number of jobs.

    Raises:
        HpmanError: if `--gpus` is given and no GPU is found.
    """
    from ..runs.folder import project_folder
    from ..sweep.slots import Slots, find_gpus

    gpus = [] if options.slurm else find_gpus(options.gpus)  # each worker finds its own
    slots = Slots(project_folder(program.folder), gpus, options.per_gpu or 1) if gpus else None
    options.jobs = options.jobs or (slots.count if slots else 1)
    return slots


def _study(
    program: Program,
    plan: Plan,
    objectives: tuple[Objective, ...],
    options: argparse.Namespace,
    arguments: list[str],
) -> Study:
    """Open the sweep on disk: the one that was interrupted, or a new one.

    Raises:
        HpmanError: if the number of trials is unlimited, or another sweep has the name.
        OSError: if its folder cannot be written.
    """
    from ..errors import SpaceError
    from ..runs.folder import project_folder
    from ..sweep.study import Study

    project = project_folder(program.folder)
    total, size = options.trials, plan.space.size
    if size is not None:
        total = size if total is None else min(total, size)
    if total is None:
        names = ", ".join(f"`{name}`" for name in plan.space.continuous)
        message = f"The number of trials is unlimited, because of {names}."
        raise SpaceError.because(message, _HOW_MANY)
    if options.trials is None and total > _MOST_POINTS:
        raise SpaceError.because(f"The space has {total} points.", _HOW_MANY)
    source = os.path.relpath(os.path.realpath(program.source), os.path.realpath(project))
    identity = {
        "program": f"-m {program.name}" if program.is_module else source,
        "arguments": arguments,
        "score": [list(objective[:3]) for objective in objectives],
        **plan.identity(),
    }
    study = Study(
        project,
        options.name or _name(identity),
        total,
        plan=plan,
        objectives=objectives,
        arguments=arguments,
        retries=options.retries,
        collects=options.jobs == 1,
    )
    study.open(identity, options.commands[0], options.commands[1:])
    return study


def _name(identity: dict[str, Any]) -> str:
    """Return a name that the same sweep has each time."""
    import json
    from base64 import b32encode
    from hashlib import sha256

    digest = sha256(json.dumps(identity, sort_keys=True).encode()).digest()
    return b32encode(digest).decode().lower()[:_NAME_LENGTH]


def _write_space(prog: str, selection: Selection, form: str) -> None:
    if form == "json":
        write_result(prog, json_text(json_report(selection)))
    else:
        write_result(prog, text_report(selection))


def _export(
    prog: str,
    plan: Plan,
    options: argparse.Namespace,
    arguments: list[str],
    objectives: tuple[Objective, ...],
) -> None:
    from ..sweep.exports import export

    text, losses = export(plan, options.export, _program(options), arguments, objectives)
    warn(prog, [escape(loss) for loss in losses])
    write_result(prog, text)


def _program(options: argparse.Namespace) -> list[str]:
    """Return the arguments of `hpman run` that name the program."""
    return ["-m", options.module] if options.module is not None else [options.script]


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = command_parser(prog, _DESCRIPTION, _EPILOG, _USAGE, advice=_ADVICE)
    add = parser.add_argument
    add("script", nargs="?", metavar="SCRIPT", help="a Python file, or a folder to run")
    add("-m", dest="module", metavar="MODULE", help="a module, such as a.b")
    add(
        "--resume",
        nargs="?",
        const="",
        metavar="NAME",
        help="go on with a sweep, by default the last one; options given here override its own",
    )
    add("--dry", action="store_true", help="show the space, and run nothing")
    add(
        "--export",
        choices=("wandb", "ray", "optuna"),
        help="write the space as a file for W&B, Ray Tune or Optuna, and run nothing",
    )
    add("--format", choices=("text", "json"), default="text", help="default: text")
    _add_space_options(parser.add_argument_group("what is searched"))
    _add_score_options(parser.add_argument_group("the score"))
    group = parser.add_argument_group("how it runs")
    _add_run_options(group)
    _add_process_options(group)
    return parser


def _add_space_options(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    several: dict[str, Any] = {"action": "extend", "nargs": "+", "default": []}
    add("--sweep", **several, metavar="SPACE", help="search these hyperparameters")
    add("--all-hinted", action="store_true", help="search all that have a space by their hints")
    add("--zip", **several, metavar="NAME,NAME", help="change these hyperparameters together")
    add("--fix", **several, metavar="NAME", help="do not search these hyperparameters")
    method = group.add_mutually_exclusive_group()
    method.add_argument(
        "--grid",
        action="store_const",
        dest="method",
        const=GRID,
        default="",
        help="all points in order; the default if all values are listed",
    )
    method.add_argument(
        "--random",
        action="store_const",
        dest="method",
        const=RANDOM,
        help="random points, none of them twice; the default without a score",
    )
    method.add_argument(
        "--sampler",
        dest="method",
        choices=SAMPLERS,
        help="let Optuna learn from the scores where to search; tpe is the default otherwise",
    )
    add("--seed", type=int, default=0, metavar="N", help="the seed of the points (default: 0)")


def _add_score_options(group: argparse._ArgumentGroup) -> None:
    several: dict[str, Any] = {"action": "append", "default": []}
    for name, best in (("minimize", "lowest"), ("maximize", "highest")):
        group.add_argument(
            f"--{name}",
            **several,
            dest="objectives",
            metavar="NAME",
            type=_maximized if name == "maximize" else _minimized,
            help=f"look for the {best} NAME, as `hpman.report` reported it last; or best:NAME",
        )
    group.add_argument(
        "--score",
        **several,
        metavar="WHERE",
        help="look elsewhere: a regular expression for the output, or FILE.json:key.path",
    )


def _minimized(name: str) -> tuple[str, bool]:
    return name, False


def _maximized(name: str) -> tuple[str, bool]:
    return name, True


def _add_run_options(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--trials",
        type=_count,
        metavar="N",
        help="the number of trials in all (default: all points)",
    )
    add("--jobs", type=_count, metavar="N", help="runs at a time (default: 1, or all GPU slots)")
    add(
        "--repeats",
        type=_count,
        default=1,
        metavar="N",
        help="run each trial N times with other values of `seed`; the score is the mean",
    )
    add(
        "--prune",
        action="store_true",
        help="end runs early whose reports are worse than the median at the same step",
    )
    add("--timeout", type=_seconds, metavar="TIME", help="end a run after a time, such as 90s, 2h")
    add(
        "--retries",
        type=lambda arg: _count(arg, 0),
        default=3,
        metavar="N",
        help="try a run that was killed N times again (default: 3)",
    )
    add(
        "--slurm",
        metavar="KEY=VALUE,...",
        help="submit workers to a SLURM cluster, with options of sbatch: "
        "partition=gpu,gpus=1,time=60,workers=3",
    )
    add("--name", type=_valid_name, help="the name of the sweep (default: made from the space)")


def _add_process_options(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--gpus",
        default="none",
        metavar="GPUS",
        help="give each run one of these: 0,1 or auto for all (default: none, all see all)",
    )
    add("--per-gpu", type=_count, metavar="N", help="runs at a time on each GPU (default: 1)")
    add(
        "--no-warm",
        action="store_false",
        dest="warm",
        help="start each run in a fresh process, and do not fork one that has imported packages",
    )


def _objectives(
    parser: argparse.ArgumentParser, options: argparse.Namespace
) -> tuple[Objective, ...]:
    from ..sweep.score import Objective

    names = [name for name, _maximize in options.objectives]
    sources = options.score or [""] * len(names)
    _check_search(parser, options, len(names))
    if not names and sources:
        parser.error("--score needs a name: add --minimize NAME or --maximize NAME")
    if len({*names}) < len(names):
        parser.error("--minimize and --maximize name a score twice")
    if len(sources) != len(names):
        parser.error(
            f"there are {len(names)} scores and {len(sources)} --score: give one for each, in the"
            " same order, or none"
        )
    objectives = []
    for (name, maximize), source in zip(options.objectives, sources, strict=True):
        if source.endswith(".json"):
            parser.error(f"--score needs the key of the score in the file: {source}:{name}")
        try:
            re.compile(source)
        except re.error as error:
            parser.error(f"--score is not a regular expression: {error}")
        objectives.append(Objective(name, maximize, source, len(names) == 1))
    return tuple(objectives)


def _check_search(
    parser: argparse.ArgumentParser, options: argparse.Namespace, objectives: int
) -> None:
    if options.per_gpu and options.gpus == "none":
        parser.error("--per-gpu needs GPUs: add --gpus auto, or their names")
    if options.method in SAMPLERS and not objectives:
        parser.error(f"--sampler {options.method} learns from a score: add --minimize NAME")
    if options.method == "cmaes" and objectives > 1:
        parser.error("--sampler cmaes takes one objective; the others take several")
    if options.prune and (options.score or objectives != 1):
        parser.error("--prune follows what runs report: add --minimize NAME once, without --score")
    if options.prune and options.repeats > 1:
        parser.error("--prune ends single runs: it does not go with --repeats")


def _count(arg: str, lowest: int = 1) -> int:
    """Read a number of things, as an argparse type."""
    if arg.isascii() and arg.isdigit() and int(arg) >= lowest:
        return int(arg)
    raise argparse.ArgumentTypeError(f"{arg!r} is not a whole number from {lowest} on")


def _seconds(arg: str) -> float:
    """Read a time, such as `90`, `1.5h` or `30m`, as an argparse type."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", arg, re.ASCII)
    if match and float(match[1]):
        return float(match[1]) * _UNITS[match[2]]
    raise argparse.ArgumentTypeError(f"{arg!r} is not a time, such as 90s, 30m or 2h")


def _valid_name(arg: str) -> str:
    """Check the name of a sweep, as an argparse type."""
    if _NAME.fullmatch(arg):
        return arg
    raise argparse.ArgumentTypeError(f"{arg!r} must be letters, digits and `-`, `_`, `.`")
