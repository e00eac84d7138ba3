"""`hpman runs`: list, show, export, plot, stop and remove recorded runs.

Owns the command line of this command; must not know how records are read or shown.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Iterable, Sequence

from hpman.text import escape

from ..cli.argv import AdvisingParser
from ..cli.output import exit_with_message, terminal_width, warn
from ..runs.exports import TRACKERS, export
from ..runs.query import select, sort
from ..runs.record import RunRecord, find_record, readable, records, remove, stop
from ..runs.reports import csv_report, json_details, json_report, text_details, text_report
from ..snapshots.atomic_io import replace_files
from ..snapshots.recorded import runs_folder

_USAGE = """\
%(prog)s [--where EXPR] [--sort KEY] [--columns NAMES] [--format NAME]
       %(prog)s ID [--format NAME]
       %(prog)s [--where EXPR] [--columns NAMES] --export NAME [-o PATH]
       %(prog)s [--where EXPR] [--columns NAMES] --plot FILE
       %(prog)s --stop ID [ID ...] [--patience SECONDS]
       %(prog)s --remove ID [ID ...]"""
DESCRIPTION = """\
List the runs that `hpman run --record` has recorded in this project, the latest
last. The table says how a run ended, when it started, how long it took, which
values differ from the defaults, and the last metrics that it reported. With an
ID, show all of one run.

A run that could not write its end, such as after `kill -9` or `os.execv`, is
lost. The beginning of an id is enough wherever an id is expected."""
EPILOG = """\
EXPR compares values, metrics and fields: id, status, started, duration, name,
program, branch, revision, dirty, host, python, exit, signal, error. KEY and the
names of columns are the same; `changed` and `metrics` are columns too. A name
in EXPR may have dots, slashes and dashes, as in encoder/depth or val-loss.
Write others as values["my name"] or metrics["val loss (%)"].

examples:
  {prog} --where "lr < 1e-3 and status == 'finished'" --sort val_loss
  {prog} --where 'optimizer in ["sgd", "adam"] and not dirty'
  {prog} --columns id,lr,model.depth,val_loss --format csv
  {prog} --where "status == 'finished'" --export mlflow
  {prog} --plot runs.svg --columns val_loss,lr
  {prog} k3f2
  {prog} --stop k3f2"""
_ADVICE = "`hpman runs -h` lists the options, and `hpman compare ID ID` compares runs"


def perform(options: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[str, int]:
    """Return the list or one run, unless runs are stopped or removed."""
    if options.output is not None and options.export is None:
        parser.error("-o needs --export")
    if options.columns and options.export in TRACKERS:
        parser.error(f"--columns does not go with --export {options.export}, which gets everything")
    lists = ("where", "sort", "columns", "export", "plot", "stop", "remove")
    is_list = options.format == "csv" or any(getattr(options, name) is not None for name in lists)
    if options.id is not None and is_list:
        parser.error("ID goes only with --format text or json")
    if not options.patience >= 0:  # or nan
        parser.error("--patience takes a number of seconds")
    gc.disable()  # it would search thousands of records in vain
    try:
        folder = runs_folder()
        if options.stop or options.remove:
            named = [find_record(folder, name) for name in options.stop or options.remove]
            _control(parser.prog, {record.id: record for record in named}.values(), options)
            return "", 0
        if options.id is not None:
            show = json_details if options.format == "json" else text_details
            return show(find_record(folder, options.id)), 0
        return _list(parser.prog, records(folder), options), 0
    finally:
        gc.enable()


def arrange(_parser: object, argv: list[str]) -> list[str]:
    """Join `--sort -KEY`, for argparse takes such a key for an option."""
    at = argv.index("--sort") + 1 if "--sort" in argv else len(argv)
    if at == len(argv) or argv[at] in ("-h", "-o") or argv[at][:1] != "-" or argv[at][:2] == "--":
        return argv
    return [*argv[: at - 1], f"--sort={argv[at]}", *argv[at + 1 :]]


def add_arguments(parser: AdvisingParser) -> None:
    """Add the arguments of the command."""
    parser.usage, parser.advice = _USAGE, _ADVICE
    add = parser.add_argument
    add("id", nargs="?", metavar="ID", help="show all of this run")
    add("--where", metavar="EXPR", help="list only runs for which this is true")
    add(
        "--sort",
        metavar="KEY",
        help="sort by a value, metric or field; -KEY sorts backwards (default: started)",
    )
    add("--columns", metavar="NAMES", help="the columns, separated by commas")
    add(
        "-o",
        dest="output",
        metavar="PATH",
        help="the file or folder of --export (default: csv on standard output; the folders "
        "tensorboard and wandb; mlflow.db, or the URI of a server)",
    )
    add(
        "--patience",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long --stop waits before the signal, and after it (default: 10)",
    )
    _add_actions(parser.add_mutually_exclusive_group().add_argument)


def _add_actions(add: Callable[..., object]) -> None:
    """Add the options that say what to do with the runs; only one may be given."""
    add("--format", choices=("text", "json", "csv"), default="text", help="default: text")
    add(
        "--export",
        choices=("csv", *TRACKERS),
        help="write the runs to a csv file or a tracker, which gets each run that has ended once",
    )
    add(
        "--plot",
        metavar="FILE",
        help="draw metrics over steps, and values against the first metric, to a png, svg or "
        "html file; of a sweep its history, importances and all values too; --columns names which",
    )
    add(
        "--stop",
        nargs="+",
        metavar="ID",
        help="ask runs to end: `hpman.stopping()` becomes true in them, and a run that goes on "
        "gets SIGTERM",
    )
    add("--remove", nargs="+", metavar="ID", help="delete records")


def _control(prog: str, named: Iterable[RunRecord], options: argparse.Namespace) -> None:
    """Stop or remove runs."""
    for record in named:
        if options.remove:
            remove(record)
        elif not stop(record, options.patience):
            process = record.summary["process"]
            exit_with_message(
                prog, f"`{record.id}` did not end.\n`kill -9 {process}` ends it, and loses its end."
            )


def _list(prog: str, recorded: Sequence[RunRecord], options: argparse.Namespace) -> str:
    """Return the list; warn about each record that cannot be read."""
    runs, errors = readable(recorded)
    warn(prog, sorted(escape(" ".join(str(error).split("\n"))) for error in errors))
    runs.sort(key=lambda run: (run.started, run.id))
    if options.where is not None:
        runs = select(runs, options.where)
    if options.sort is not None:
        runs = sort(runs, options.sort)
    columns = [name for name in (options.columns or "").split(",") if name]
    if options.plot is not None:
        from ..runs.plots import plot
        from ..sweep.pictures import diagrams

        # The latest runs and the first of others matter most.
        runs = runs if options.sort is None else runs[::-1]
        plot(runs, options.plot, columns, () if columns else diagrams(runs))
        return ""
    if options.export in TRACKERS:
        return export(runs, options.export, options.output)
    if options.format == "json":
        return json_report(runs, columns)
    if "csv" in (options.format, options.export):
        text = csv_report(runs, columns)
        if options.output is None:
            return text
        replace_files([(options.output, text.encode("utf-8", "backslashreplace"))])
        return ""
    return text_report(runs, columns, terminal_width())
