"""Managers by import: `from hpman.m import _` gives the manager whose placeholder is `_`.

Owns which manager a name means. Every name of a module would hide the manager of that
name, so this module defines dunder names only.
"""


def __getattr__(name: str) -> object:
    """Create the manager of a name at its first import (PEP 562)."""
    from .names import is_dunder, normalized

    name = normalized(name)  # an import normalizes names, `getattr` does not
    if is_dunder(name):
        raise AttributeError(f"module 'hpman.m' has no {name}: dunder names are Python's own")
    from .manager import HyperParameterManager
    from .workers import announce

    manager = globals().setdefault(name, HyperParameterManager(name, home=__name__))
    announce(manager)
    return manager
