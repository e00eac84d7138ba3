"""Managers by import: `from hpman.m import _` gives the manager whose placeholder is `_`.

Owns which manager a name means. Every name of a module would hide the manager of that
name, so this module defines dunder names only.
"""

import sys as __sys__


def __getattr__(name: str) -> object:
    """Create the manager of a name at its first import (PEP 562)."""
    from .names import is_dunder

    if is_dunder(name):
        raise AttributeError(f"module 'hpman.m' has no {name}: dunder names are Python's own")
    from .manager import HyperParameterManager

    return globals().setdefault(name, HyperParameterManager(name, home=__name__))


class __ImportWatch__:  # noqa: N801 - see above
    """Wait until `multiprocessing` is imported (PEP 451), then let workers get the values.

    It imports its module `reduction` right after `process`, and starts nothing before.
    """

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        """Find nothing, but notice what is imported."""
        if name == "multiprocessing.reduction":
            __send_to_workers__()


def __send_to_workers__() -> None:  # noqa: N807 - see above
    from .workers import send_values

    send_values(globals())


if "multiprocessing.reduction" in __sys__.modules:
    __send_to_workers__()
else:
    __sys__.meta_path.insert(0, __ImportWatch__())
