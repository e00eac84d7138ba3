"""Managers by import: `from hpman.m import _` gives the manager whose placeholder is `_`.

Owns which manager a name gives; every other name that a module could hold
would hide a manager, so all names here are dunder names.
"""


def __getattr__(name: str) -> object:
    """Make the manager of a name at its first import; the module keeps it (PEP 562)."""
    from .names import is_dunder, normalized

    name = normalized(name)  # `getattr` may ask in letters that an import would not
    if is_dunder(name):
        raise AttributeError(f"module 'hpman.m' has no {name}: dunder names are Python's own")
    from .manager import HyperParameterManager
    from .workers import announce

    manager = globals().setdefault(name, HyperParameterManager(name, home=__name__))
    announce(manager)
    return manager
