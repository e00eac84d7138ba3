"""`hpman run SCRIPT ...`: a command line for a program that has none.

Owns the arguments of this command; must not know how sources are read or a program runs.
Imports inside of functions, so that it can record which modules were loaded before.
"""

from __future__ import annotations

import os
import sys
from itertools import dropwhile, takewhile

from ..completion import get_argv, skip_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Sequence
    from typing import NoReturn

    from hpman import HyperParameterManager

    from ..run.runner import Program
    from ..runs.recorder import Subject

_USAGE = """\
%(prog)s [-h] [--[no-]record] (SCRIPT | -m MODULE)
                 [its options] [-- its arguments]
       %(prog)s --slurm KEY=VALUE,... ..."""
_DESCRIPTION = """\
Run a Python program with an option for each of its hyperparameters. They are
found by reading the script and the modules of the same project that it imports,
without running them. So --help is quick, and a mistyped option is reported
before the program starts."""
_EXAMPLES = """\
examples:
  {prog} train.py --help               show the hyperparameters
  {prog} train.py --lr 0.1             set one
  {prog} train.py --hp-list            list all values and exit
  {prog} train.py --lr 0.1 -- a.csv    pass an argument to the script
  {prog} -m project.train --lr 0.1     run a module, as `python -m` does
  {prog} -m project.train:main         import a module and call a function
  {prog} --record train.py --lr 0.1    keep a record, see `hpman runs`
  {prog} --slurm partition=gpu,gpus=1,time=60 train.py --lr 0.1
                                       submit it to a SLURM cluster"""
_SLURM = "--slurm"
_RECORD = {"--record": True, "--no-record": False}
# From `hpman sweep`: the beginning of the id, a slash, and descriptors to hold.
_TRIAL = "--trial="
_WARM = "--warm="  # from `hpman sweep`: the descriptor of a socket
_OUTPUT = "output of the notebook"  # not the name of a hyperparameter, because of the blanks
_EPILOG = "Arguments after `--` are passed to the program."


def main(args: Sequence[str] | None = None, *, prog: str = "hpman run") -> None:
    """Run the command with some arguments, by default those of the process."""
    loaded_before = frozenset(sys.modules)
    argv = get_argv(args)
    if argv[:1] and argv[0].partition("=")[0] == _SLURM:
        _submit(argv, prog)
        return
    if argv and argv[0].startswith(_WARM):
        argv = _serve(argv, prog, loaded_before)
    options = list(takewhile(lambda arg: arg in _RECORD or arg.startswith(_TRIAL), argv))
    skip_arguments(len(options))
    argv = argv[len(options) :]
    trial = next((option for option in options if option.startswith(_TRIAL)), "")
    if trial:
        options.remove(trial)
        _hold_leases(trial)
    program, arguments, manager = _prepare(argv, prog)
    record, keep_patch = _settings(prog, program, options)
    recording = None
    if record or trial:
        from hpman.run_files import is_first_rank

        from ..runs.recorder import start

        if is_first_rank():
            subject = _subject(program, argv, manager, trial)
            recording = start(subject.replace(keep_patch=keep_patch))
    if recording is None:
        if trial:
            raise SystemExit(2)
        program.run(arguments, loaded_before)
        return
    try:
        with recording:
            recording.returned(program.run(arguments, loaded_before))
    except KeyboardInterrupt:
        from hpman.programs import is_notebook

        if is_notebook(program.source):  # the signal ends this process at once
            recording.finish()
        raise


def _submit(argv: list[str], prog: str) -> None:
    """Submit a job to SLURM that runs the same command with a record."""
    from hpman import HpmanError

    from ..cli.errors import exit_with_errors
    from ..cli.output import exit_with_message, write_result
    from ..run.slurm import request_jobs, submission_text, submit
    from ..runs.record import make_folder, project_folder

    _option, equals, text = argv[0].partition("=")
    text, rest = (text, argv[1:]) if equals else ("".join(argv[1:2]), argv[2:])
    rest = [*dropwhile(lambda arg: arg == "--record", rest)]
    try:
        jobs = request_jobs(text)
        if jobs.workers > 1:
            exit_with_message(prog, "--slurm workers=... is for `hpman sweep`.")
        program, _arguments, _manager = _prepare(rest, prog)
        folder = make_folder(os.path.join(project_folder(program.folder), ".hpman", "slurm"))
        name = f"-m {program.name}" if program.is_module else program.name
        query = f"program == '{name}'"
        command = ["run", "--record", *rest]
        number = submit(command, jobs, folder, name=program.name, start=os.getcwd())
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error)
    write_result(prog, submission_text(number, jobs, folder, query, "run"))


def _serve(argv: list[str], prog: str, loaded_before: Collection[str]) -> list[str]:
    """Be the warm process of a sweep; return the arguments of a run in each of its forks."""
    from socket import socket

    from ..cli.argv import split_at_dashes
    from ..run.runner import locate_module, locate_script
    from ..sweep.template import serve

    flag, name, rest = _split(argv[1:], prog)
    program = locate_module(name) if flag else locate_script(name)
    channel = socket(fileno=int(argv[0].removeprefix(_WARM)))
    return serve(channel, program, split_at_dashes(rest)[1], loaded_before)


def _hold_leases(trial: str) -> None:
    """Hold the leases of a trial for as long as this process lives, as the sweep does."""
    from hpman.run_files import adopt

    leases = trial.rpartition("/")[2]
    for lease in filter(None, leases.split(",")):  # there are none on Windows
        adopt(int(lease))


def _settings(prog: str, program: Program, options: Sequence[str]) -> tuple[bool, bool]:
    """Return whether to record a program, and whether to keep a patch with that."""
    from ..snapshots.recorded import find_above

    start = os.path.dirname(os.path.abspath(program.source))
    record = _RECORD[options[-1]] if options else None
    # Do not load the reader of settings for a project that has none.
    if record is False or find_above(start, "pyproject.toml") is None:
        return bool(record), True
    from ..check.config import read_settings
    from ..errors import SettingsError

    try:
        settings = read_settings([program.source])
    except SettingsError as error:
        from ..cli.output import warn

        warn(prog, [str(error)])
        return bool(record), True
    return settings.record if record is None else record, settings.record_patch


def _subject(
    program: Program, argv: list[str], manager: HyperParameterManager, trial: str = ""
) -> Subject:
    """Describe a run for its record."""
    from hpman.programs import reachable

    from ..run.runner import python_path
    from ..runs.record import project_folder
    from ..runs.recorder import Subject

    def sources() -> list[str]:
        named = (program.source, *program.packages)
        reached = (reachable(path, program.roots, also=python_path()) for path in named)
        return [*dict.fromkeys((*named, *(path for paths in reached for path in paths)))]

    name = f"-m {program.name}" if program.is_module else program.name
    subject = Subject(project_folder(program.folder), name, tuple(argv), manager, sources)
    if not trial:
        return subject
    beginning = trial.removeprefix(_TRIAL).rpartition("/")[0]
    sweep, _dash, number = beginning.removesuffix("-").rpartition("-")
    return subject.replace(beginning=beginning, sweep=sweep, trial=int(number.partition("r")[0]))


def _prepare(argv: list[str], prog: str) -> tuple[Program, list[str], HyperParameterManager]:
    """Find the program, set the values of the command line, and return its own arguments."""
    from hpman import HpmanError
    from hpman.programs import preset_values

    from ..cli.argv import split_at_dashes
    from ..cli.errors import exit_with_errors
    from ..completion import is_completing
    from ..run.manager_group import ManagerGroup
    from ..run.runner import locate_module, locate_script

    flag, name, rest = _split(argv, prog)
    options, arguments = split_at_dashes(rest)
    try:
        program = locate_module(name) if flag else locate_script(name)
        parser, managers = _bound_parser(" ".join(filter(None, [prog, flag, name])), program)
    except (HpmanError, OSError) as error:
        exit_with_errors(prog, error)
    if is_completing():
        _complete(parser, 2 if flag else 1)
    for option in _RECORD:
        if option in options and option not in parser._option_string_actions:
            parser.error(f"put {option} before the program: {prog} {option} {name}")
    if _SLURM in options and _SLURM not in parser._option_string_actions:
        parser.error(f"put {_SLURM} before the program: {prog} {_SLURM} time=60 {name}")
    output = getattr(parser.parse_args(options), _OUTPUT, None)
    if output is not None and not os.path.isdir(os.path.dirname(output) or os.curdir):
        parser.error(f"-o {output}: this folder does not exist; create it first")
    try:
        program.require_packages()
    except HpmanError as error:
        exit_with_errors(prog, error)
    program = program.replace(output=output)
    preset_values(managers)
    return program, arguments, managers[0] if len(managers) == 1 else ManagerGroup(managers)


def _split(argv: list[str], prog: str) -> tuple[str, str, list[str]]:
    """Return `-m` or an empty string, the program, and the arguments after it."""
    first, rest = (argv[0], argv[1:]) if argv else ("", [])
    if first in ("-m", "--") and rest:
        return first.strip("-") and first, rest[0], rest[1:]
    if first.startswith("-m") and first != "-m":
        return "-m", first[2:], rest
    if not argv or (first != "-" and first.startswith("-")):
        _exit_without_program(argv, prog)
    return "", first, rest


def _exit_without_program(argv: list[str], prog: str) -> NoReturn:
    """Show help, or report that the arguments do not begin with a program."""
    from ..cli.argv import command_parser
    from ..completion import is_completing

    parser = command_parser(prog, _DESCRIPTION, _EXAMPLES, _USAGE)
    parser.add_argument(
        "script", nargs="?", metavar="SCRIPT", help="a Python file, or a folder with `__main__.py`"
    )
    parser.add_argument("-m", dest="module", metavar="MODULE", help="a module, such as a.b")
    parser.add_argument("--record", action="store_true", help="keep a record, see `hpman runs`")
    parser.add_argument(
        "--no-record",
        action="store_true",
        help="keep none, whatever the settings of the project say",
    )
    if is_completing():
        _complete(parser, 0)
    parser.parse_known_args(argv[:1])
    if not argv:
        parser.error("name a script to run")
    script = next((arg for arg in argv if os.path.isfile(arg)), "SCRIPT")
    correct = " ".join([prog, script, *(arg for arg in argv if arg != script)])
    parser.error(f"put the script before its options: {correct}")


def _bound_parser(
    prog: str, program: Program
) -> tuple[argparse.ArgumentParser, list[HyperParameterManager]]:
    """Return a parser with the hyperparameters of a program, and their managers."""
    from hpman.programs import load_managers

    from ..cli.argv import command_parser
    from ..parser.bind import bind_what_fits, warn_of_hidden_calls
    from ..parser.conflicts import without_option
    from ..parser.session import describe_by
    from ..run.manager_group import ManagerGroup

    index = program.read_sources()
    managers = load_managers(index)
    description = f"Run {program.name} with other values for its hyperparameters."
    if not index.placeholders():
        description = f"No hyperparameters in {program.name} and the modules that it imports."
    warn_of_hidden_calls(prog, index, index.placeholders())
    advice = f"put arguments for {program.name} itself after `--`"
    parser = command_parser(prog, description, _EPILOG, advice=advice)
    if program.is_notebook:
        parser.add_argument(
            "-o", dest=_OUTPUT, metavar="FILE", help="write the notebook with its outputs"
        )
    without = bind_what_fits(parser, managers[0] if len(managers) == 1 else ManagerGroup(managers))
    describe_by(parser, program.source)
    if without:
        parser.epilog = f"{_EPILOG} {without_option(without)}"
    return parser, managers


def _complete(parser: argparse.ArgumentParser, count: int) -> NoReturn:
    """Answer a completion request after so many arguments; never run the program."""
    from ..completion import complete

    skip_arguments(count)
    complete(parser)
    raise SystemExit
