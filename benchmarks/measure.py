"""How a ratio is measured: side by side, the best of several rounds.

Owns clocks and rows of the table; must not know what is measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import timeit
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Row(NamedTuple):
    """One line of the table; it fails when the ratio is past the aim."""

    what: str
    floor: str
    ratio: float
    aim: float | None = None
    upstream: float | None = None

    @property
    def is_past(self) -> bool:
        """Whether the aim is missed; a row without one only informs."""
        return self.aim is not None and self.ratio > self.aim


def best(*actions: Callable[[], object], rounds: int = 7) -> list[float]:
    """Time actions in turn and return the shortest time of each, in seconds."""
    times = [float("inf")] * len(actions)
    for _round in range(rounds):
        for index, action in enumerate(actions):
            start = perf_counter()
            action()
            times[index] = min(times[index], perf_counter() - start)
    return times


def best_of_statements(
    *statements: str, names: dict[str, object], number: int = 100_000, rounds: int = 15
) -> list[float]:
    """Time short statements in turn and return the shortest time of each, in seconds a run."""
    timers = [timeit.Timer(statement, globals=names) for statement in statements]
    rounded = [[timer.timeit(number) for timer in timers] for _round in range(rounds)]
    return [min(column) / number for column in zip(*rounded, strict=True)]


def best_of_processes(*commands: Sequence[str], rounds: int = 10) -> list[float]:
    """Time whole processes in turn; one that fails stops the benchmark with its output."""
    return best(*[_process(command) for command in commands], rounds=rounds)


def output(command: Sequence[str]) -> str:
    """Run a command in this checkout and return what it prints."""
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def _process(command: Sequence[str]) -> Callable[[], None]:
    """Make an action of a command."""
    environment = {**os.environ, "COLUMNS": "80"}
    # Installed packages have bytecode; a checkout gets it in the first round.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def run() -> None:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")

    return run
