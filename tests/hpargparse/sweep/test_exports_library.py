"""Spaces that other tools load, with exact types; `nox -s exports` installs them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hpargparse.commands import sweep
from hpargparse.space.select import Request, select
from hpman.programs import index_program

if TYPE_CHECKING:
    from hpargparse.space.space import Space

pytestmark = pytest.mark.filterwarnings("default")  # the libraries warn about themselves
SOURCE = """\
from pathlib import Path
from hpman.m import _

_("lr", 0.1, range=[1e-5, 1], scale="log")
_("width", 8, range=[1, 512], scale="log")
_("dropout", 0.0, range=[0, 1], search=True)
_("layers", 2, search=[1, 9])
_("decay", 0.1, range=[0.1, 0.3], step=0.1, search=True)
_("heads", 3, range=[1, 9], step=2, search=True)
_("kernel", (3, 3), search=[(3, 3), (5, 5)])
_("stop", None, search=[True, 1, None])
_("act", "relu", search=["relu", "1", "größe"])
_("data", Path("a"), search=["a", "b"])
_("any", None, search=["1", 1, None])
_("momentum", 0.9, range=[0, 1], search=True, when={"act": ["relu", "1"], "any": [None]})
with _.scope("encoder"):
    pass
"""
SCOPED = "encoder/kernel=(1,1),(2,2)"


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(SOURCE, encoding="utf-8")


def _exported(capfd: pytest.CaptureFixture[str], target: str, *args: str) -> str:
    sweep.main(["train.py", "--export", target, "--minimize", "loss", "--sweep", SCOPED, *args])
    return capfd.readouterr().out


def _space(*zipped: str) -> Space:
    return select(index_program("train.py"), Request((SCOPED,), zipped)).space


def _module(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(text, "space.py", "exec"), names)
    return names


def _check_types(point: dict[str, Any], *, is_always: bool) -> None:
    """Check that each value is in its domain, with its type."""
    for axis in _space().axes:
        if axis.name == "momentum" and not is_always and axis.name not in point:
            continue
        value = point.pop(axis.name)
        if axis.name == "data":
            value = Path(value)
        assert axis.domain.contains(value) or axis.name == "decay", (axis.name, value)
    assert point == {}


def test_optuna_suggests_points_of_the_space(capfd: pytest.CaptureFixture[str]) -> None:
    optuna = pytest.importorskip("optuna", reason="`nox -s exports` installs optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    suggest = _module(_exported(capfd, "optuna"))["suggest"]
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _trial in range(60):
        trial = study.ask()
        point = suggest(trial)
        is_active = point["act"] in ("relu", "1") and point["any"] is None
        assert ("momentum" in point) is is_active
        _check_types(dict(point), is_always=False)
        study.tell(trial, 0.0)
    (decays,) = {trial.distributions["decay"] for trial in study.trials}
    assert (decays.low, decays.high, decays.step) == (0.1, 0.3, 0.1)


def test_optuna_changes_zipped_values_together(capfd: pytest.CaptureFixture[str]) -> None:
    optuna = pytest.importorskip("optuna", reason="`nox -s exports` installs optuna")
    text = _exported(capfd, "optuna", "--zip", "kernel,data,encoder/kernel")
    suggest = _module(text)["suggest"]
    for number in range(2):
        values = {"kernel,data,encoder/kernel": number, "stop": "True", "act": "relu", "any": "1"}
        values |= {"lr": 0.1, "width": 8, "dropout": 0.5, "layers": 2, "decay": 0.1, "heads": 3}
        point = suggest(optuna.trial.FixedTrial(values))
        assert point["kernel"] == [(3, 3), (5, 5)][number]
        assert point["data"] == "ab"[number]
        assert point["encoder/kernel"] == [(1, 1), (2, 2)][number]


def test_ray_samples_points_of_the_space(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("ray.tune", reason="Ray Tune is not installed: `pip install 'ray[tune]'`")
    from ray.tune.search.variant_generator import generate_variants

    space = _module(_exported(capfd, "ray"))["SPACE"]
    for _draw in range(60):
        ((_resolved, config),) = generate_variants(space)
        _check_types(dict(config), is_always=True)


def test_ray_searches_a_grid(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("ray.tune", reason="Ray Tune is not installed: `pip install 'ray[tune]'`")
    from ray.tune.search.variant_generator import generate_variants

    continuous = ["--fix", "lr", "width", "dropout", "layers", "momentum", "any", "stop", "data"]
    space = _module(_exported(capfd, "ray", "--grid", *continuous))["SPACE"]
    configs = [config for _resolved, config in generate_variants(space)]
    assert len(configs) == 3 * 5 * 2 * 3 * 2
    assert {config["decay"] for config in configs} == {0.1, 0.2, 0.3}


def test_wandb_gives_hpman_run_the_values(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("wandb", reason="`nox -s exports` installs wandb")
    from wandb.sdk.launch.sweeps.utils import create_sweep_command_args, load_sweep_config

    text = _exported(capfd, "wandb", "--", "--data", "my data")
    Path("sweep.yaml").write_text(text, encoding="utf-8")
    config = load_sweep_config("sweep.yaml")
    assert config is not None
    assert config["method"] == "bayes"
    assert config["metric"] == {"name": "loss", "goal": "minimize"}
    parameters = config["parameters"]
    assert parameters["lr"] == {"distribution": "log_uniform_values", "min": 1e-5, "max": 1.0}
    assert parameters["width"] == {
        "distribution": "q_log_uniform_values", "min": 1, "max": 512, "q": 1,
    }  # fmt: skip
    assert parameters["layers"] == {"distribution": "int_uniform", "min": 1, "max": 9}
    assert parameters["heads"] == {"values": [1, 3, 5, 7, 9]}
    axes = {axis.name: axis for axis in _space().axes}
    listed = 0
    for name, parameter in parameters.items():
        for number, value in enumerate(parameter.get("values", ())):
            args = create_sweep_command_args({"args": {name: {"value": value}}})["args"]
            option, text = args[0].split("=", 1)
            assert option == f"--{name}"
            assert axes[name].converter.parse(text) == axes[name].domain.at(number)
            assert type(axes[name].converter.parse(text)) is type(axes[name].domain.at(number))
            listed += 1
    assert listed == 3 + 5 + 2 + 3 + 3 + 2 + 3 + 2
