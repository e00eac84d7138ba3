"""How much each hyperparameter matters for a score, by PED-ANOVA as Optuna has it.

Owns what Optuna gets: results alone, without the space. Must not know where they are from.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from ..runs.plots import LOG_VALUES, is_log

_FEWEST = 8  # results that say what is important
_NUMBERS = (int, float)


def importances(
    columns: Mapping[str, Sequence[Any]], scores: Sequence[float], *, maximize: bool = False
) -> dict[str, float]:
    """Return the share of each hyperparameter in what changes a score, the largest first.

    There are none without Optuna, with few results, or if Optuna cannot say.

    >>> importances({"lr": [0.1, 0.2]}, [3, 4])
    {}
    """
    if len(scores) < _FEWEST:
        return {}
    try:
        return _measure(columns, scores, maximize=maximize)
    except Exception:  # noqa: BLE001 - a report is never an error
        return {}


def _measure(
    columns: Mapping[str, Sequence[Any]], scores: Sequence[float], *, maximize: bool
) -> dict[str, float]:
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    kinds = {name: _distribution(column) for name, column in columns.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = optuna.create_study(direction="maximize" if maximize else "minimize")
        for number, score in enumerate(scores):
            params = {name: _parameter(column[number]) for name, column in columns.items()}
            study.add_trial(optuna.create_trial(params=params, distributions=kinds, value=score))
        return dict(get_param_importances(study, evaluator=PedAnovaImportanceEvaluator()))


def _distribution(column: Sequence[Any]) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    if all(type(value) in _NUMBERS for value in column):
        return FloatDistribution(min(column), max(column), log=is_log(column, LOG_VALUES))
    return CategoricalDistribution(sorted({_parameter(value) for value in column}, key=str))


def _parameter(value: Any) -> Any:
    return value if type(value) in _NUMBERS else str(value)
