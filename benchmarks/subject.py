"""What one hpman does, ours or upstream's: run by the Python of either environment.

Prints seconds. Uses only what both of them offer.
"""

from __future__ import annotations

import sys
import warnings

from hpman import HyperParameterManager

from . import material, measure

# Upstream uses what newer Pythons deprecate.
warnings.simplefilter("ignore")


def manager(count: int = 1000) -> HyperParameterManager:
    """Return a manager with some names."""
    made = HyperParameterManager("_")
    made.parse_source(material.definitions(count))
    made.parse_source("_('lr', 1e-3)\n_('a.b.c', 2)\n_('hidden', [64, 64])\n", "more.py")
    return made


def discover() -> float:
    """Time the standard library, one file at a time: upstream stops at a file it cannot parse."""

    def run() -> None:
        for path in material.standard_library():
            try:
                HyperParameterManager("_").parse_file(path)
            except Exception:  # noqa: BLE001 - which files fail does not matter here
                continue

    return measure.best(run, rounds=1)[0]


def call(statement: str) -> float:
    """Time one statement on a manager `_` that knows `lr` and `a.b.c`."""
    names: dict[str, object] = {"_": manager()}
    names["many"] = {f"name_{number}": number for number in range(1000)}
    return measure.best_of_statements(statement, names=names, number=2000)[0]


if __name__ == "__main__":
    print(discover() if sys.argv[1] == "discover" else call(sys.argv[2]))
