"""Import managers: `from hpman.m import _` returns the manager with the placeholder `_`.

Owns which manager a name stands for. A global name of this module would hide the manager
with that name, so the module defines only dunder names.
"""

import os as __os__
import sys as __sys__


def __getattr__(name: str) -> object:
    """Create the manager of a name at its first import (PEP 562)."""
    from .names import is_dunder

    if is_dunder(name):
        raise AttributeError(f"module 'hpman.m' has no {name}: dunder names are Python's own")
    from .manager import HyperParameterManager

    return globals().setdefault(name, HyperParameterManager(name, home=__name__))


class __ImportWatch__:  # noqa: N801 - see above
    """Wait until `multiprocessing` is imported (PEP 451), then arrange to send values to workers.

    `multiprocessing` imports its module `reduction` right after `process`, before it starts
    any worker, and its module `popen_spawn_posix` or the like when it starts the first one.
    An `hpargparse` that an old distribution has damaged cannot say so itself.
    """

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        """Find no module, but notice which one is imported."""
        if name == "multiprocessing.reduction":
            __send_to_workers__()
        elif name.startswith(("multiprocessing.popen_spawn", "multiprocessing.popen_forkserver")):
            __send_early__()
        elif name == "hpargparse":
            __require_init__(__os__.path.dirname(__os__.path.dirname(__file__)) + "/hpargparse")


def __require_init__(folder: str) -> None:  # noqa: N807 - see above
    if __os__.path.isdir(folder) and not any(
        name.startswith("__init__.") for name in __os__.listdir(folder)
    ):
        from .upgrade import MESSAGE

        raise ImportError(MESSAGE)


def __send_to_workers__() -> None:  # noqa: N807 - see above
    from .workers import send_values

    send_values(globals())


def __send_early__() -> None:  # noqa: N807 - see above
    from .workers import send_early

    send_early(globals())


if "multiprocessing.reduction" in __sys__.modules:
    __send_to_workers__()
if "multiprocessing.spawn" in __sys__.modules:
    __send_early__()
__sys__.meta_path.insert(0, __ImportWatch__())
