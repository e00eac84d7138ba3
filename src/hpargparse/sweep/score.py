"""The score of a run: what it reported, or what its output or a file of it says.

Owns where the score is looked for, and how its absence is explained. Must not know trials.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from math import isnan
from typing import Any

from hpman import Frozen
from hpman.text import truncate

from ..description import json_value
from ..runs.record import RETURN, RunRecord

_BEST = "best:"
_FILE = re.compile(r"(.+\.json):(.+)")
_TICK = 0.05  # seconds by which the time of a file may be early
# The files that were copied, by path: the next run may start before that time has passed.
_copied: dict[str, tuple[int, int]] = {}


class NoScoreError(Exception):
    """Say why a run has no score."""


class NanError(NoScoreError):
    """Say that the score of a run is nan."""


class Objective(Frozen):
    """What a sweep looks for.

    >>> Objective("val_loss").best([0.3, 0.2])
    0.2
    """

    __slots__ = ()
    name: str  # the name of the score
    maximize: bool = False  # whether the highest score is the best, not the lowest
    # Where the score is, if it is not reported: a regular expression for the output, or
    # `FILE.json:key.path`.
    source: str = ""
    # Whether the number counts that a function returned, if it was not reported.
    takes_return: bool = True

    @property
    def reads_output(self) -> bool:
        """Whether the score is in the output of a run."""
        return bool(self.source) and not _FILE.fullmatch(self.source)

    def best(self, scores: list[float]) -> float:
        """Return the best of some scores."""
        return max(scores) if self.maximize else min(scores)

    def score_of(self, record: RunRecord) -> float:
        """Return the score of a run that has finished.

        Raises:
            NoScoreError: if there is none.
        """
        match = _FILE.fullmatch(self.source)
        if match:
            value = _in_file(record, match[1], match[2])
        elif self.source:
            value = _in_output(record, self.source)
        else:
            value = self._reported(record)
        try:
            score = float(value)
        except (TypeError, ValueError, OverflowError):
            message = f"the score `{self.name}` is {truncate(repr(value))}, which is not a number"
            if self.source and not match and not re.compile(self.source).groups:
                message += r": put it in parentheses, such as 'loss: (\S+)'"
            raise NoScoreError(message) from None
        if isnan(score):
            raise NanError(f"the score `{self.name}` is nan")
        return score

    def collect(self, record: RunRecord, *, from_cwd: bool) -> None:
        """Copy the file with the score into the record, before another run replaces it."""
        if record.status != "finished" or self.is_collected(record):
            return
        from shutil import copyfile

        name = _FILE.sub(r"\1", self.source)
        copy = os.path.join(record.folder, _copy_of(name))
        path = os.path.join(str(record.data.get("cwd")), name)
        try:
            status = os.stat(path)
            state = status.st_ino, status.st_mtime_ns
            is_new = status.st_mtime >= record.started - _TICK and _copied.get(path) != state
            if from_cwd and is_new:
                copyfile(path, copy)
                _copied[path] = state
                return
        except OSError:
            pass
        with open(copy, "wb"):  # an empty file: there is no score
            pass

    def files(self, record: RunRecord) -> list[str]:
        """Return the files in the record that may have the score, beside output and metrics."""
        match = _FILE.fullmatch(self.source)
        return _paths(record, match[1]) if match else []

    def is_collected(self, record: RunRecord) -> bool:
        """Return whether all that `score_of` needs is in the record."""
        return not _FILE.fullmatch(self.source) or bool(self.files(record))

    def _reported(self, record: RunRecord) -> Any:
        name = self.name.removeprefix(_BEST)
        metrics = record.metrics
        if name not in metrics and self.takes_return and RETURN in metrics:
            return metrics[RETURN]
        if name not in metrics and name == RETURN:
            raise NoScoreError(
                "no number was returned by the function that `-m MODULE:FUNCTION` runs"
            )
        if name not in metrics:
            raise NoScoreError(f"the run did not report `{name}`{self._advice(name, metrics)}")
        if name == self.name:
            return metrics[name]
        reported = [values.get(name) for values in record.history()]
        numbers = [n for n in reported if isinstance(n, (int, float)) and not isnan(n)]
        return self.best(numbers) if numbers else metrics[name]

    def _advice(self, name: str, metrics: dict[str, Any]) -> str:
        """Return what to do if something else was reported, or nothing."""
        if not metrics:
            return f": call `hpman.report({name}=...)`, or use --score"
        from hpman.names import closest

        near = [*metrics] if len(metrics) == 1 else closest(name, metrics)
        if not near:
            return f", but {', '.join(map(truncate, metrics))}"
        goal = "maximize" if self.maximize else "minimize"
        meant = truncate(f"{self.name.removesuffix(name)}{near[0]}")
        return f", but `{truncate(near[0])}`: did you mean --{goal} {meant}?"


def scores_text(objectives: Sequence[Objective], scores: Sequence[float]) -> str:
    """Return scores with their names.

    >>> scores_text([Objective("loss"), Objective("accuracy", maximize=True)], [0.25, 0.9])
    'loss 0.25, accuracy 0.9'
    """
    pairs = zip(objectives, scores, strict=True)
    return ", ".join(f"{objective.name} {number(score)}" for objective, score in pairs)


def scores_data(objectives: Sequence[Objective], scores: Sequence[float]) -> dict[str, Any]:
    """Return scores as JSON data: a number for one objective, else an object for all.

    JSON has no infinity, so that is a string.

    >>> scores_data([Objective("loss")], [float("inf")])
    {'score': 'inf'}
    """
    if len(objectives) < 2:
        return {"score": next(map(json_value, scores), None)}
    names = [objective.name for objective in objectives]
    return {"scores": dict(zip(names, map(json_value, scores), strict=True)) if scores else None}


def number(score: float | None) -> str:
    """Return a score with six digits.

    >>> number(0.123456789), number(None)
    ('0.123457', '')
    """
    return "" if score is None else f"{score:.6g}"


def _copy_of(name: str) -> str:
    """Return the name of the copy of a file in the record."""
    return f"score-{name.replace('%', '%25').replace('/', '%2F').replace(os.sep, '%2F')}"


def _paths(record: RunRecord, name: str) -> list[str]:
    """Return the files in a record that may have the score: that of the run itself, and a copy."""
    paths = (os.path.join(record.folder, part) for part in (name, _copy_of(name)))
    return [path for path in paths if os.path.isfile(path)]


def _in_output(record: RunRecord, pattern: str) -> str:
    """Return what the last match in the output has in its first group."""
    text = record.output().decode("utf-8", "replace")
    group = 1 if re.compile(pattern).groups else 0
    found = [match[group] for match in re.finditer(pattern, text, re.MULTILINE)]
    found = [text for text in found if text is not None]
    if not found:
        raise NoScoreError(
            f"nothing in the output matches --score {truncate(shlex.quote(pattern))}"
        )
    return str(found[-1])


def _in_file(record: RunRecord, name: str, keys: str) -> Any:
    """Return a value in a JSON file that the run has written."""
    import json

    paths = [path for path in _paths(record, name) if os.path.getsize(path)]
    if not paths:
        raise NoScoreError(
            f"the run wrote no {name}: with --jobs 1, write it to the current folder; it may always"
            " be in the folder that the environment variable HPMAN_RUN names"
        )
    try:
        with open(paths[0], encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise NoScoreError(f"{name} cannot be read: {error}") from None
    for key in keys.split("."):
        inner = value
        try:
            value = inner[int(key)] if isinstance(inner, list) else inner[key]
        except (KeyError, IndexError, TypeError, ValueError):
            message = f"{name} has no `{truncate(keys)}`"
            if isinstance(inner, dict) and inner:
                message += f": there is {truncate(', '.join(map(repr, inner)))}, but not {key!r}"
            raise NoScoreError(message) from None
    return value
