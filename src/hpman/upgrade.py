"""The error for an old `hpargparse` distribution, which owns the same folder as ours.

Installed after this one, it replaces files of ours. Uninstalled later, it removes them.
"""

MESSAGE = (
    "The folder of `hpargparse` was changed by an old hpargparse distribution, which must be "
    "uninstalled first: run `pip uninstall hpargparse hpman`, then `pip install hpman`."
)
