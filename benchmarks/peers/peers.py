"""The peers: their packages, and how a sweep is started with each.

Owns command lines; must not know what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[[str, list[str], int], list[str]]

# The environments that are made, and what pip installs into each.
ENVIRONMENTS = {
    # Its releases ask for an Optuna whose SQLite storage needs an older SQLAlchemy.
    "hydra": ("hydra-core", "hydra-joblib-launcher", "hydra-optuna-sweeper", "sqlalchemy<2"),
    "optuna": ("optuna",),
    "ray": ("ray[tune]",),
}


@dataclass(frozen=True)
class Peer:
    """A way to run a sweep.

    Attributes:
        name: the head of its row.
        command: from a Python, values and a number of trials to a command. One that
            samples runs so many trials with values between 0 and 1, or with some of the
            values if there are any; the others run one trial for each of the values.
        environment: where it is installed; this Python if empty.
        packages: the distributions whose versions are shown.
        samples: whether it chooses values itself.
        trials: how many trials are timed.
        options: what `hpman sweep` must have for it.
    """

    name: str
    command: Command
    environment: str = ""
    packages: tuple[str, ...] = ()
    samples: bool = False
    trials: int = 100
    options: tuple[str, ...] = ()


def shell_loop(python: str, values: list[str], _trials: int) -> list[str]:
    """Start one process after the other."""
    loop = 'for lr in "$@"; do "$PYTHON" plain.py --lr "$lr" || exit; done'
    return ["env", f"PYTHON={python}", "sh", "-c", loop, "sh", *values]


def xargs(python: str, values: list[str], _trials: int) -> list[str]:
    """Start two processes at once."""
    lines = 'printf "%s\\n" "$@" | xargs -P2 -n1 "$PYTHON" plain.py --lr'
    return ["env", f"PYTHON={python}", "sh", "-c", lines, "sh", *values]


def ours(*options: str) -> Command:
    """Run two trials at once; a method other than the grid is one of the options."""

    def command(python: str, values: list[str], trials: int) -> list[str]:
        space = ",".join(values) if values else "0..1"
        start = [python, "-m", "hpman", "sweep", "with_hpman.py", "--minimize", "loss"]
        return [*start, "--jobs", "2", "--trials", str(trials), *options, "--sweep", f"lr={space}"]

    return command


def _hydra(*options: str) -> Command:
    def command(python: str, values: list[str], _trials: int) -> list[str]:
        return [python, "with_hydra.py", "-m", *options, f"lr={','.join(values)}"]

    return command


def _hydra_optuna(*options: str) -> Command:
    def command(python: str, values: list[str], trials: int) -> list[str]:
        space = f"choice({','.join(values)})" if values else "interval(0,1)"
        sweeper = ["hydra/sweeper=optuna", f"hydra.sweeper.n_trials={trials}"]
        one = "hydra.sweeper.n_jobs=1"
        return [python, "with_hydra.py", "-m", *sweeper, one, *options, f"lr={space}"]

    return command


def _optuna(python: str, values: list[str], trials: int) -> list[str]:
    return [python, "with_optuna.py", str(trials), *values]


def _ray(python: str, values: list[str], _trials: int) -> list[str]:
    return [python, "with_ray.py", *values]


_JOBLIB = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
_SQLITE = ("hydra.sweeper.study_name=s", "hydra.sweeper.storage=sqlite:///s.db")
_SWEEPER = ("hydra-optuna-sweeper", "optuna")
_TPE, _FRESH = ("--sampler", "tpe"), "--no-warm"
PEERS = (
    Peer("shell loop", shell_loop),
    Peer("`xargs -P2`", xargs),
    Peer("Hydra", _hydra(), "hydra", ("hydra-core",)),
    Peer("Hydra, joblib, 2 jobs", _hydra(*_JOBLIB), "hydra", ("hydra-joblib-launcher",)),
    Peer("Hydra, Optuna", _hydra_optuna(), "hydra", _SWEEPER, samples=True),
    Peer("Hydra, Optuna, SQLite", _hydra_optuna(*_SQLITE), "hydra", _SWEEPER, samples=True),
    Peer("Optuna, journal, in one process", _optuna, "optuna", ("optuna",), samples=True),
    Peer("Ray Tune, grid, 2 jobs", _ray, "ray", ("ray",), trials=20),
    Peer("hpman, grid, 2 jobs", ours()),
    Peer("hpman, grid, 2 jobs, `--no-warm`", ours(_FRESH), options=(_FRESH,)),
    Peer("hpman, TPE, 2 jobs", ours(*_TPE), "", ("optuna",), samples=True, options=_TPE[:1]),
    Peer(
        "hpman, TPE, 2 jobs, `--no-warm`",
        ours(*_TPE, _FRESH),
        packages=("optuna",),
        samples=True,
        options=(_TPE[0], _FRESH),
    ),
)
