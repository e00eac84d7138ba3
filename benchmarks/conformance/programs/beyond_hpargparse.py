"""Groups are chosen by a value; the program reads the names that it needs."""

import hpargparse
from hpman.m import _
from report import report


def main():
    hpargparse.parse_args(_, __file__)
    optimizer = _("optimizer", "sgd", choices=["sgd", "adam"])
    if optimizer == "sgd":
        values = {"lr": _("sgd.lr", 0.1), "momentum": _("sgd.momentum", 0.9)}
    else:
        values = {"lr": _("adam.lr", 0.001), "beta": _("adam.beta", 0.9)}
    report(kind=type(optimizer).__name__, **values, steps=_("steps", 3), warmup=_("warmup", 1))


if __name__ == "__main__":
    main()
