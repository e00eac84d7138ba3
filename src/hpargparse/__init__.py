"""A command line for the hyperparameters of a program.

Example::

    import argparse

    import hpargparse
    from hpman.m import _

    parser = argparse.ArgumentParser()
    _.parse_file(__file__)
    hpargparse.bind(parser, _)
    args = parser.parse_args()
"""

from __future__ import annotations

import os as _os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import ConversionError as ConversionError, SnapshotError as SnapshotError
    from .parser.bind import bind as bind, parse_args as parse_args
    from .parser.conflicts import OptionConflictError as OptionConflictError
    from .snapshots.load_save import load as load, save as save

# The module that defines each public name; it is imported at the first use of the name. No module
# may have the same name as one of these: importing it would replace the name by the module.
_OWNERS = {
    "ConversionError": "errors",
    "OptionConflictError": "parser.conflicts",
    "SnapshotError": "errors",
    "bind": "parser.bind",
    "load": "snapshots.load_save",
    "parse_args": "parser.bind",
    "save": "snapshots.load_save",
}

__all__ = list(_OWNERS)

if _os.path.exists(f"{__path__[0]}/hputils.py"):  # a module of the old hpargparse
    import warnings as _warnings

    from hpman.upgrade import MESSAGE as _MESSAGE

    _warnings.warn(_MESSAGE, RuntimeWarning, stacklevel=2)


def __getattr__(name: str) -> object:
    """Import a public name at its first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        return version("hpman")
    if name not in _OWNERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = __import__(f"{__name__}.{_OWNERS[name]}", fromlist=[name])
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*globals(), *_OWNERS, "__version__"})
