"""The options of `hpman sweep`, and the mistakes in them that need no sources.

Owns what may be typed. Must not know how a sweep runs.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import Any

from ..cli.argv import command_parser
from .score import Objective
from .trials import GRID, RANDOM, SAMPLERS

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
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def sweep_parser(prog: str) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command_parser(prog, _DESCRIPTION, _EPILOG, _USAGE, advice=_ADVICE)
    add = parser.add_argument
    add("script", nargs="?", metavar="SCRIPT", help="a Python file, or a folder to run")
    help_text = "a module such as a.b, or a function such as a.b:train"
    add("-m", dest="module", metavar="MODULE", help=help_text)
    add(
        "--resume",
        nargs="?",
        const="",
        metavar="NAME",
        help="go on with a sweep, by default the last one; options given here override its own",
    )
    add("--dry", action="store_true", help="show the space, and run nothing")
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


def _direction(*, maximize: bool) -> Callable[[str], tuple[str, bool]]:
    return lambda name: (name, maximize)


def _add_score_options(group: argparse._ArgumentGroup) -> None:
    several: dict[str, Any] = {"action": "append", "default": []}
    for name, best in (("minimize", "lowest"), ("maximize", "highest")):
        group.add_argument(
            f"--{name}",
            **several,
            dest="objectives",
            metavar="NAME",
            type=_direction(maximize=name == "maximize"),
            help=f"look for the {best} NAME, as `hpman.report` reported it last;"
            " best:NAME takes the best report of a run",
        )
    group.add_argument(
        "--score",
        **several,
        metavar="WHERE",
        help="look elsewhere: a regular expression for the output, or FILE.json:key.path",
    )


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
        "--storage",
        metavar="URL",
        help="share the sweep with machines that do not see this folder, through a database such"
        " as postgresql://USER@HOST/NAME; the environment variable HPMAN_STORAGE_PASSWORD may have"
        " the password",
    )
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


def read_objectives(
    parser: argparse.ArgumentParser, options: argparse.Namespace
) -> tuple[Objective, ...]:
    """Return what is looked for, in the order of the command line."""
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
