"""Print what a program was given, the same for all of them.

Sequences print as lists and sets in order: the type that a library chooses does not matter.
"""


def report(**values):
    print("VALUES", {name: shown(value) for name, value in values.items()})


def shown(value):
    if isinstance(value, (list, tuple)):
        return repr(list(value))
    if isinstance(value, (set, frozenset)):
        return repr(sorted(value))
    return repr(value)


def report_models(**models):
    """Print what the blocks of some models were given."""
    blocks = {
        f"{name}/{part}": getattr(model, part)
        for name, model in models.items()
        for part in ("encoder", "decoder")
    }
    report(
        **{
            f"{name}/{attribute}": getattr(block, attribute)
            for name, block in blocks.items()
            for attribute in ("depth", "act", "rate")
        }
    )
