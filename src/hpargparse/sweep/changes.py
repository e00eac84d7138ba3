"""What has changed in a sweep since the last time, in words.

Owns the comparison of two plans, as `plan.json` has them.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from ..space.report import domain_text


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return the differences between the plans of a sweep.

    >>> old = {"searched": [{"name": "lr", "values": ["0.1"]}], "fixed": {"wd": "0"}}
    >>> changes(old, {"searched": [{"name": "wd", "low": 0.1, "high": 1.0}]})
    ['lr is gone', 'wd was fixed at 0, now 0.1 to 1.0']
    """
    found = []
    for describe in (_hyperparameters, _settings):
        olds, news = describe(old), describe(new)
        for name in {**olds, **news}:
            was, now = olds.get(name), news.get(name)
            if now is None:
                found.append(f"{name} is gone")
            elif was is None:
                found.append(f"{name} is new: {now}")
            elif was != now:
                found.append(f"{name} was {was}, now {now}")
    return found


def _hyperparameters(plan: Mapping[str, Any]) -> dict[str, str]:
    phrases = {axis["name"]: domain_text(axis) for axis in plan.get("searched", ())}
    fixed = plan.get("fixed", {})
    return phrases | {name: f"fixed at {text or 'no value'}" for name, text in fixed.items()}


def _settings(plan: Mapping[str, Any]) -> dict[str, str]:
    seed = plan.get("seed")
    return {
        "--zip": " ".join(map(",".join, plan.get("zipped", ()))) or "not given",
        "the method": plan.get("method", "") + ("" if seed is None else f" with --seed {seed}"),
        "the program's command line": shlex.join(plan.get("arguments", ())) or "empty",
    }
