"""What `hpman sweep --export` writes; test_exports_library.py loads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpargparse.commands.sweep import main

SOURCE = """\
from hpman.m import _

_("depth", 2, choices=[2, 4], search=True)
_("kernel", (3, 3), search=[(3, 3), (5, 5)])
_("lr", 0.1, range=[1e-5, 1], scale="log")
_("steps", 10, range=[1, 90], scale="log")
_("wd", 0.0)
_("momentum", 0.9, range=[0, 1], search=True, when={"depth": 4})
_("seed", 0)
"""


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(SOURCE)


def _exported(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[str, list[str]]:
    main(args)
    captured = capsys.readouterr()
    return captured.out, captured.err.replace("hpman sweep: warning: ", "").splitlines()


def test_wandb_gets_a_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    args = (
        "-m",
        "train",
        "--export",
        "wandb",
        "--maximize",
        "best:acc",
        "--fix",
        "kernel",
        "--random",
    )
    text, warnings = _exported(capsys, *args, "--", "--seed", "1")
    assert (
        text
        == """\
# The program itself has to log the metric to W&B. Begin with: wandb sweep FILE
program: train
method: random
metric:
  name: acc
  goal: maximize
parameters:
  depth:
    values:
    - 2
    - 4
  lr:
    distribution: log_uniform_values
    min: 1.0e-05
    max: 1.0
  momentum:
    distribution: uniform
    min: 0.0
    max: 1.0
  steps:
    distribution: q_log_uniform_values
    min: 1
    max: 90
    q: 1
command:
- ${env}
- ${interpreter}
- -m
- hpman
- run
- -m
- train
- ${args}
- --
- --seed
- '1'
"""
    )
    (warning,) = warnings
    assert warning.startswith(
        "`momentum` is searched only if depth is 4; wandb cannot express this"
    )


def test_ray_gets_a_dict(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("train.py", "--export", "ray", "--zip", "depth,kernel", "--fix", "momentum")
    text, warnings = _exported(capsys, *args, "--sweep", "wd=0..1:0.0001", "seed=0..9")
    assert (
        text
        == '''\
"""The search space of train.py: `tune.Tuner(train, param_space=SPACE)`."""

from ray import tune

SPACE = {
    'depth': tune.choice([2, 4]),
    'kernel': tune.choice([(3, 3), (5, 5)]),
    'lr': tune.loguniform(1e-05, 1.0),
    'seed': tune.randint(0, 10),
    'steps': tune.lograndint(1, 91),
    'wd': tune.uniform(0.0, 1.0),
}
'''
    )
    assert warnings == [
        "`wd` has 10001 values; its step is left out",
        "`depth,kernel` change together; ray cannot express this, and combines all their values",
    ]


def test_optuna_gets_a_function(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("train.py", "--export", "optuna", "--sweep", "wd=0..0.9:0.3", "seed=1,None")
    Path("train.py").write_text(SOURCE.replace('("seed", 0)', '("seed", None)'))
    text, warnings = _exported(capsys, *args)
    assert (
        text
        == '''\
"""The search space of train.py: call `suggest` in an Optuna objective."""

from ast import literal_eval


def suggest(trial):
    """Return the values of a trial."""
    values = {}
    values['depth'] = trial.suggest_categorical('depth', [2, 4])
    values['kernel'] = literal_eval(trial.suggest_categorical('kernel', ['(3, 3)', '(5, 5)']))
    values['lr'] = trial.suggest_float('lr', 1e-05, 1.0, log=True)
    if values.get('depth') in [4]:
        values['momentum'] = trial.suggest_float('momentum', 0.0, 1.0)
    values['seed'] = trial.suggest_categorical('seed', [1, None])
    values['steps'] = trial.suggest_int('steps', 1, 90, log=True)
    values['wd'] = trial.suggest_float('wd', 0.0, 0.9, step=0.3)
    return values
'''
    )
    assert warnings == []


@pytest.mark.parametrize(
    ("args", "method"), [(["--grid", "--fix", "lr"], "grid"), (["--random"], "random")]
)
def test_the_method_is_exported(
    args: list[str], method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text, _warnings = _exported(capsys, "train.py", "--export", "wandb", *args, "--fix", "momentum")
    assert f"\nmethod: {method}\nparameters:\n" in text
    assert ("    - 89\n" in text) is (method == "grid")


def test_ray_gets_a_grid(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("--grid", "--fix", "lr", "momentum", "steps")
    text, _warnings = _exported(capsys, "train.py", "--export", "ray", *args)
    assert "'depth': tune.grid_search([2, 4])" in text


def test_optuna_gets_zipped_values_as_rows(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("--export", "optuna", "--zip", "depth,kernel", "--fix", "lr", "momentum", "steps")
    text, _warnings = _exported(capsys, "train.py", *args)
    assert "[(2, (3, 3)), (4, (5, 5))][trial.suggest_categorical('depth,kernel', range(2))]" in text


def test_wandb_gets_ints(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("--export", "wandb", "--sweep", "seed=0..9", "--fix", "momentum")
    text, _warnings = _exported(capsys, "train.py", *args)
    assert "  seed:\n    distribution: int_uniform\n    min: 0\n    max: 9\n" in text
