"""The search space in the notation of other tools: W&B, Ray Tune and Optuna.

Owns what each tool calls a space, and what it cannot express. Must not know the tools
themselves: they need not be installed.
"""

from __future__ import annotations

from hpman import is_path, show_literal

from ..space.space import Values
from .plan import GRID, RANDOM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ..space.space import Axis, Interval
    from .plan import Plan
    from .score import Objective

_MOST_LISTED = 1000  # values of a range with a step
_SCALARS = (bool, int, float, str, type(None))


def export(
    plan: Plan,
    target: str,
    program: Sequence[str],
    arguments: Sequence[str],
    objectives: Sequence[Objective],
) -> tuple[str, list[str]]:
    """Return the space as the text of a file, and sentences about what is lost.

    Args:
        plan: the space and the method.
        target: `wandb`, `ray` or `optuna`.
        program: the arguments of `hpman run` that name the program.
        arguments: the arguments of the program.
        objectives: what is looked for.
    """
    if target == "optuna":
        return _optuna(plan, program), []
    losses = [*_losses(plan, f"{target} cannot express this, and")]
    if target == "ray":
        return _ray(plan, program), losses
    if len(objectives) > 1:
        losses.append(f"a sweep of wandb has one metric: {objectives[0].name}")
    return _wandb(plan, program, arguments, objectives), losses


def _wandb(
    plan: Plan, program: Sequence[str], arguments: Sequence[str], objectives: Sequence[Objective]
) -> str:
    import yaml

    method = plan.method if plan.method in (GRID, RANDOM) else "bayes"
    data: dict[str, Any] = {"program": program[-1], "method": method if objectives else RANDOM}
    if method == GRID:
        data["method"] = GRID
    for objective in objectives[:1]:
        goal = "maximize" if objective.maximize else "minimize"
        data["metric"] = {"name": objective.name.removeprefix("best:"), "goal": goal}
    data["parameters"] = {axis.name: _wandb_parameter(axis, plan) for axis in plan.space.axes}
    rest = ["--", *arguments] if arguments else []
    start = ["${env}", "${interpreter}", "-m", "hpman", "run"]
    data["command"] = [*start, *program, "${args}", *rest]
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    return (
        "# The program itself has to log the metric to W&B. Begin with: wandb sweep FILE\n" + text
    )


def _wandb_parameter(axis: Axis, plan: Plan) -> dict[str, Any]:
    values = _listed(axis.domain, plan)
    if values is not None:
        # The agent writes `--name=value`, which `hpman run` reads.
        scalars = (bool, int, float, type(None))
        format_ = axis.converter.format
        return {"values": [v if type(v) in scalars else format_(v) for v in values]}
    domain: Any = axis.domain
    limits = {"min": domain.low, "max": domain.high}
    if type(domain.low) is float:
        return {"distribution": "log_uniform_values" if domain.is_log else "uniform", **limits}
    if domain.is_log:
        return {"distribution": "q_log_uniform_values", **limits, "q": 1}
    return {"distribution": "int_uniform", **limits}


def _ray(plan: Plan, program: Sequence[str]) -> str:
    kind = "grid_search" if plan.method == GRID else "choice"
    lines = []
    for axis in plan.space.axes:
        values, domain = _listed(axis.domain, plan), axis.domain
        call = _ray_range(domain) if values is None else f"{kind}([{_python(values)}])"
        lines.append(f"    {axis.name!r}: tune.{call},\n")
    return (
        f'"""The search space of {_title(program)}: `tune.Tuner(train, param_space=SPACE)`."""\n\n'
        f"from ray import tune\n\nSPACE = {{\n{''.join(lines)}}}\n"
    )


def _ray_range(domain: Any) -> str:
    if type(domain.low) is int:  # the end is exclusive
        return f"{'log' * domain.is_log}randint({domain.low}, {domain.high + 1})"
    name = "loguniform" if domain.is_log else "uniform"
    return f"{name}({show_literal(domain.low)}, {show_literal(domain.high)})"


def _optuna(plan: Plan, program: Sequence[str]) -> str:
    """Return a function of a trial, which can express conditions, zips and all literals."""
    lines: list[str] = []
    for group in plan.space.groups:
        names = [f"values[{axis.name!r}]" for axis in group]
        if len(group) > 1:
            columns = ([_plain(value) for value in _all(axis.domain)] for axis in group)
            rows = zip(*columns, strict=True)
            key = ",".join(axis.name for axis in group)
            size = group[0].domain.size
            number = f"trial.suggest_categorical({key!r}, range({size}))"
            line = f"{', '.join(names)} = [{_python(rows)}][{number}]"
        else:
            line = f"{names[0]} = {_suggestion(group[0])}"
        if conditions := group[0].conditions:
            cases = (f"{_holds(name, accepted)}" for name, accepted in conditions)
            lines += [f"if {' and '.join(cases)}:", f"    {line}"]
        else:
            lines.append(line)
    body = "".join(f"    {line}\n" for line in lines)
    start = "from ast import literal_eval\n\n\n" if "literal_eval" in body else "\n"
    return (
        f'"""The search space of {_title(program)}: call `suggest` in an Optuna objective."""\n\n'
        f'{start}def suggest(trial):\n    """Return the values of a trial."""\n'
        f"    values = {{}}\n{body}    return values\n"
    )


def _suggestion(axis: Axis) -> str:
    name, domain = axis.name, axis.domain
    if isinstance(domain, Values):
        values = [_plain(value) for value in domain.values]
        is_plain = all(type(value) in _SCALARS for value in values)
        if is_plain and len(set(values)) == len(values):  # True and 1 are equal
            return f"trial.suggest_categorical({name!r}, [{_python(values)}])"
        texts = [show_literal(value) for value in values]
        return f"literal_eval(trial.suggest_categorical({name!r}, {texts}))"
    kind = "int" if type(domain.low) is int else "float"
    arguments = [repr(name), show_literal(domain.low), show_literal(domain.high)]
    if domain.step is not None:
        arguments.append(f"step={show_literal(domain.step)}")
    if domain.is_log:
        arguments.append("log=True")
    return f"trial.suggest_{kind}({', '.join(arguments)})"


def _holds(name: str, accepted: Sequence[object]) -> str:
    """Return an expression for whether a hyperparameter has one of some values."""
    is_there = f"{name!r} in values and " if None in accepted else ""
    return f"{is_there}values.get({name!r}) in [{_python(accepted)}]"


def _listed(domain: Values | Interval, plan: Plan) -> list[object] | None:
    """Return the values that have to be listed; None for a range."""
    if isinstance(domain, Values) or plan.method == GRID:
        return _all(domain)
    has_few = domain.step is not None and (domain.size or 0) <= _MOST_LISTED
    return _all(domain) if has_few else None


def _losses(plan: Plan, reason: str) -> Iterator[str]:
    """Yield sentences about what a list of names with values cannot express."""
    for axis in plan.space.axes:
        domain = axis.domain
        if _listed(domain, plan) is None and getattr(domain, "step", None) is not None:
            yield f"`{axis.name}` has {domain.size} values; its step is left out"
        if axis.conditions:
            cases = " and ".join(f"{name} is {Values(vs)}" for name, vs in axis.conditions)
            yield f"`{axis.name}` is searched only if {cases}; {reason} always searches it"
    for names in plan.space.zipped:
        yield f"`{','.join(names)}` change together; {reason} combines all their values"


def _all(domain: Values | Interval) -> list[object]:
    return [domain.at(number) for number in range(domain.size or 0)]


def _python(values: Any) -> str:
    """Return values as the elements of a list in source code."""
    return ", ".join(show_literal(_plain(value)) for value in values)


def _plain(value: Any) -> object:
    """Return a value that needs no import: a string for a path."""
    return str(value) if is_path(value) else value


def _title(program: Sequence[str]) -> str:
    return program[-1].replace("\\", "/").replace('"', "'")
