"""Runs that were recorded before with the values of a trial, so that it need not be run.

Owns when two runs are the same, and what the record of a trial that is not run holds. Must not
know which trials there are.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress

from hpman import HpmanError
from hpman.run_files import METRICS

from ..runs.environment import hash_sources
from ..runs.record import (
    END_FILE,
    OUTPUT_FILE,
    PATCH_FILE,
    RunRecord,
    create_record,
    project_of,
    write_json,
)
from ..snapshots.recorded import DETAILS, RUN_FILE
from .matching import Matcher, MismatchError
from .score import NoScoreError, Objective

_HIDDEN = ".copy-"  # a record with such a name is not listed


class Duplicates:
    """The runs of all sweeps and of none that a trial may be the same as."""

    def __init__(self, runs: str, matcher: Matcher, objectives: Sequence[Objective]) -> None:
        self._runs = runs
        self._matcher = matcher
        self._objectives = objectives
        self._read: set[str] = set()
        self._by_values: dict[tuple[str, frozenset[tuple[str, str]]], list[str]] = {}

    def find(self, values: Mapping[str, str], argv: Sequence[str]) -> RunRecord | None:
        """Return a run that has finished and has a score; None if there is none.

        Its program, values, arguments, current folder and sources are those of the trial.
        """
        if not self._objectives:
            return None
        self._refresh()
        program = f"-m {argv[1]}" if argv[0] == "-m" else argv[0]
        runs = self._by_values.get((program, frozenset(values.items())), ())
        records = (RunRecord(os.path.join(self._runs, run)) for run in sorted(runs))
        return next(filter(self._is_usable, records), None)

    def copy(self, record: RunRecord, beginning: str, argv: Sequence[str]) -> None:
        """Make the record of a trial from that of a run which is the same.

        Raises:
            OSError, HpmanError: if it cannot be written.
        """
        folder = create_record(project_of(record.folder), _HIDDEN)
        run = f"{beginning}{os.path.basename(folder).removeprefix(_HIDDEN)}"
        sweep, number = beginning.removesuffix("-").rsplit("-", 1)
        changes = {
            "id": run,
            "name": None,
            "argv": list(argv),
            "sweep": sweep,
            "trial": int(number.partition("r")[0]),
            "copy_of": record.data.get("copy_of") or record.id,
        }
        items = [*record.data.items()]
        cut = [*record.data].index(DETAILS)  # what follows is long, and not always read
        write_json(folder, RUN_FILE, {**dict(items[:cut]), **changes, **dict(items[cut:])})
        paths = [os.path.join(record.folder, n) for n in (METRICS, OUTPUT_FILE, PATCH_FILE)]
        end = os.path.join(record.folder, END_FILE)
        files = {path for objective in self._objectives for path in objective.files(record)}
        for path in (*paths, *files, end):
            with suppress(FileNotFoundError):
                _link(path, os.path.join(folder, os.path.relpath(path, record.folder)))
        os.rename(folder, os.path.join(self._runs, run))

    def _refresh(self) -> None:
        """Read the records that are new."""
        for run in {*os.listdir(self._runs)} - self._read:
            if run.startswith("."):
                continue
            try:
                summary = RunRecord(os.path.join(self._runs, run)).summary
                values = self._matcher.values(summary)
            except MismatchError:
                self._read.add(run)
            except HpmanError:  # it has just begun, or is damaged
                continue
            else:
                self._read.add(run)
                key = (summary["program"], frozenset(values.items()))
                self._by_values.setdefault(key, []).append(run)

    def _is_usable(self, record: RunRecord) -> bool:
        """Return whether a run has a score, and its folder and sources are as they are now."""
        try:
            if record.status != "finished":
                return False
            for objective in self._objectives:
                objective.score_of(record)
            sources = record.data.get("sources")
        except (HpmanError, NoScoreError):
            return False
        project = project_of(record.folder)
        paths = (os.path.join(project, path) for path in sources or ())
        is_here = record.summary.get("cwd") == os.getcwd()
        return is_here and bool(sources) and dict(hash_sources(project, paths)) == sources


def _link(path: str, new: str) -> None:
    """Give a file that nobody changes a second name, or copy it."""
    os.makedirs(os.path.dirname(new), exist_ok=True)
    try:
        os.link(path, new)
    except OSError:  # this file system has no links
        from shutil import copyfile

        copyfile(path, new)
