"""The trials of a sweep: the values of each, before any of them has run.

Owns that they depend on the space, the seed and the number of the trial alone. Must not know
runs or their scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from hpman import NotLiteralEvaluable, show_literal

from ..errors import ConversionError, SpaceError
from ..space.report import json_report
from ..space.select import Selection
from ..space.space import Point, Space, Values, default_of
from ..values.convert import Converter, saved_form

if TYPE_CHECKING:
    from .engine import Engine

GRID, RANDOM = "grid", "random"
SAMPLERS = ("tpe", "gp", "cmaes")  # of Optuna; the first is the usual one
SEED = "seed"  # the hyperparameter that repeats vary
_MOST_DRAWS = 100  # of points that have come before


class TrialRun(NamedTuple):
    """One run of a trial. It has more than one if trials are repeated."""

    trial: int
    repeat: int = 0

    def __str__(self) -> str:
        return f"{self.trial}r{self.repeat}" if self.repeat else str(self.trial)


class Trials:
    """What the trials of a sweep are.

    Raises:
        SpaceError: if the space has no grid, or the trials cannot be repeated.
    """

    def __init__(
        self, selection: Selection, method: str = "", seed: int = 0, repeats: int = 1
    ) -> None:
        self.selection: Selection = selection
        self.space: Space = selection.space
        is_listed = all(isinstance(axis.domain, Values) for axis in self.space.axes)
        # `grid`, `random`, or one of `SAMPLERS`.
        self.method: str = method or (GRID if is_listed else RANDOM)
        self.seed: int = seed
        self.repeats: int = repeats
        # The values of the hyperparameter `seed`, as literals, if trials are repeated.
        self.seeds: list[str] = _seeds(selection, repeats) if repeats > 1 else []
        self.prunes: bool = False  # whether runs are ended early that look worse than others
        # Has the points of `SAMPLERS`, and says what to prune; None if it is not needed.
        self.engine: Engine | None = None
        if self.method == GRID:
            self.space.grid()
        self._points: dict[int, Point] = {}
        self._values: dict[TrialRun, Mapping[str, str]] = {}
        self._drawn: set[str] = set()
        self._draws = 0

    @property
    def needs_optuna(self) -> bool:
        """Whether Optuna has the values, or says what to prune."""
        return self.prunes or self.method in SAMPLERS

    def point(self, trial: int) -> Point:
        """Return the values of a trial. Its number is less than the size of the space."""
        if trial not in self._points:
            if self.method == GRID:
                point = self.space.point(trial)
            elif self.engine is not None and self.method in SAMPLERS:
                point = self.engine.ask(trial)
            else:
                for earlier in range(len(self._points), trial):
                    self.point(earlier)
                point = self._draw()
            self._points[trial] = point
        return self._points[trial]

    def values(self, trial_run: TrialRun) -> Mapping[str, str]:
        """Return the values of a run as records have them: of its trial, and the seed if any."""
        if trial_run not in self._values:
            point = self.point(trial_run.trial)
            values = {name: show_literal(saved_form(value)) for name, value in point.items()}
            values |= {SEED: self.seeds[trial_run.repeat]} if self.seeds else {}
            self._values[trial_run] = values
        return self._values[trial_run]

    def arguments(self, trial_run: TrialRun) -> list[str]:
        """Return the options that give a program the values of a run."""
        seed = [f"--{SEED}={self.seeds[trial_run.repeat]}"] if self.seeds else []
        return self.space.arguments(self.point(trial_run.trial)) + seed

    def identity(self) -> dict[str, Any]:
        """Return what makes the trials of two sweeps the same, as JSON data."""
        data = json_report(self.selection)
        placed = ("why", "path", "line", "default")
        return {
            "searched": [
                {key: value for key, value in axis.items() if key not in placed}
                for axis in data["searched"]
            ],
            "zipped": data["zipped"],
            "fixed": {line["name"]: line["value"] for line in data["fixed"]},
            "method": self.method,
            "seed": None if self.method == GRID else self.seed,
        }

    def _draw(self) -> Point:
        """Return a random point that has not come yet."""
        for _attempt in range(_MOST_DRAWS):
            point = self.space.random(self.seed, self._draws)
            self._draws += 1
            if show_literal(point) not in self._drawn:
                break
        else:  # what is left of a small space is rare on its logarithmic scale
            point = next(p for p in self.space.grid() if show_literal(p) not in self._drawn)
        self._drawn.add(show_literal(point))
        return point


def _seeds(selection: Selection, repeats: int) -> list[str]:
    """Return the values of the hyperparameter `seed`, as literals: the default and those after."""
    hp = next((line.hp for line in selection.fixed if line.hp.name == SEED), None)
    if hp is None:
        raise SpaceError.because(
            "--repeats varies the hyperparameter `seed`, which does not exist or is searched.",
            'Read the seed by `_("seed", 0)`, and do not search it.',
        )
    converter = Converter.of(hp)
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
