"""The plan of a sweep: the values of each trial, before any of them has run.

Owns that they depend on the space, the seed and the number of the trial alone. Must not know
runs or their scores.
"""

from __future__ import annotations

from typing import NamedTuple

from hpman import NotLiteralEvaluable, show_literal

from ..errors import ConversionError, SpaceError
from ..snapshots.load_save import saved_form
from ..space.report import json_report
from ..space.space import Values, default_of
from ..values.convert import Converter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..space.select import Selection
    from ..space.space import Point, Space
    from .engine import Engine

GRID, RANDOM = "grid", "random"
SAMPLERS = ("tpe", "gp", "cmaes")  # of Optuna; the first is the usual one
SEED = "seed"  # the hyperparameter that repeats vary
_MOST_DRAWS = 100  # of points that have come before


class Unit(NamedTuple):
    """One run of a trial. It has more than one if trials are repeated."""

    trial: int
    repeat: int = 0

    def __str__(self) -> str:
        return f"{self.trial}r{self.repeat}" if self.repeat else str(self.trial)


class Plan:
    """What the trials of a sweep are.

    Args:
        selection: what is searched.
        method: `grid`, `random`, one of `SAMPLERS`, or empty for the usual one.
        seed: the seed of random points.
        repeats: how often each trial is run.

    Attributes:
        method: `grid`, `random`, or one of `SAMPLERS`.
        seeds: the values of the hyperparameter `seed`, as literals, if trials are repeated.
        prunes: whether runs are ended early that look worse than others.
        engine: has the points of `SAMPLERS`, and says what to prune; None if it is not needed.

    Raises:
        SpaceError: if the space has no grid, or the trials cannot be repeated.
    """

    def __init__(
        self, selection: Selection, method: str = "", seed: int = 0, repeats: int = 1
    ) -> None:
        self.selection: Selection = selection
        self.space: Space = selection.space
        is_listed = all(isinstance(axis.domain, Values) for axis in self.space.axes)
        self.method: str = method or (GRID if is_listed else RANDOM)
        self.seed: int = seed
        self.repeats: int = repeats
        self.seeds: list[str] = _seeds(selection, repeats) if repeats > 1 else []
        self.prunes: bool = False
        self.engine: Engine | None = None
        if self.method == GRID:
            self.space.grid()
        self._points: list[Point] = []
        self._suggested: dict[int, Point] = {}
        self._drawn: set[str] = set()
        self._draws = 0

    def point(self, trial: int) -> Point:
        """Return the values of a trial.

        Args:
            trial: its number, from 0; less than the size of the space.
        """
        if self.method == GRID:
            return self.space.point(trial)
        if self.engine is not None and self.method in SAMPLERS:
            if trial not in self._suggested:
                self._suggested[trial] = self.engine.ask(trial)
            return self._suggested[trial]
        while len(self._points) <= trial:
            point = self._next_point()
            self._drawn.add(show_literal(point))
            self._points.append(point)
        return self._points[trial]

    def values(self, unit: Unit) -> dict[str, str]:
        """Return the values of a run as records have them: of its trial, and the seed if any."""
        point = self.point(unit.trial)
        values = {name: show_literal(saved_form(value)) for name, value in point.items()}
        return values | ({SEED: self.seeds[unit.repeat]} if self.seeds else {})

    def arguments(self, unit: Unit) -> list[str]:
        """Return the options that give a program the values of a run."""
        seed = [f"--{SEED}={self.seeds[unit.repeat]}"] if self.seeds else []
        return self.space.arguments(self.point(unit.trial)) + seed

    def identity(self) -> dict[str, Any]:
        """Return what makes the trials of two sweeps the same, as JSON data."""
        data = json_report(self.selection)
        placed = ("why", "path", "line", "default")
        return {
            "searched": [
                {key: value for key, value in row.items() if key not in placed}
                for row in data["searched"]
            ],
            "zipped": data["zipped"],
            "fixed": {row["name"]: row["value"] for row in data["fixed"]},
            "method": self.method,
            "seed": None if self.method == GRID else self.seed,
        }

    def _next_point(self) -> Point:
        """Return a random point that has not come yet."""
        for _draw in range(_MOST_DRAWS):
            point = self.space.random(self.seed, self._draws)
            self._draws += 1
            if show_literal(point) not in self._drawn:
                return point
        # What is left of a small space is rare on its logarithmic scale.
        return next(p for p in self.space.grid() if show_literal(p) not in self._drawn)


def _seeds(selection: Selection, repeats: int) -> list[str]:
    """Return the values of the hyperparameter `seed`, as literals: the default and those after."""
    row = next((line.row for line in selection.fixed if line.row.name == SEED), None)
    if row is None:
        raise SpaceError.because(
            "--repeats varies the hyperparameter `seed`, which does not exist or is searched.",
            'Read the seed by `_("seed", 0)`, and do not search it.',
        )
    converter = Converter.of(row)
    first: Any = default_of(converter)
    if type(first) is not int:
        message = "--repeats counts from the default of `seed`, which is not an int."
        if isinstance(first, NotLiteralEvaluable):
            message = "--repeats counts from the default of `seed`, which is unknown."
        raise SpaceError.because(message, 'Write an int, such as `_("seed", 0)`.')
    try:
        return [show_literal(converter.check(first + repeat)) for repeat in range(repeats)]
    except ConversionError as error:
        raise SpaceError.because(f"--repeats {repeats}: {error}.", "Repeat less often.") from None


def text_of(values: Mapping[str, str]) -> str:
    """Return values in one line.

    >>> text_of({"lr": "0.1", "depth": "3"})
    'lr=0.1 depth=3'
    """
    return " ".join(f"{name}={value}" for name, value in values.items())
