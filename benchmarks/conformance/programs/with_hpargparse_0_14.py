"""As the README says, with release 0.14: it cannot load what it saves of a tuple."""

import argparse

import hpargparse
from hpman.m import _
from report import report


def main():
    parser = argparse.ArgumentParser()
    _.parse_file(__file__)
    hpargparse.bind(parser, _)
    parser.parse_args()
    report(
        lr=_("lr", 1e-3),
        weight_decay=_("weight_decay", 1e-5),
        dropout=_("dropout", 0.5, range=[0, 1]),
        epochs=_("epochs", 10),
        shuffle=_("shuffle", False),
        name=_("name", "net", help="what the run is called"),
        seed=_("seed", None),
        act=_("act", "relu", choices=["relu", "tanh"]),
        ks=_("ks", [1, 2]),
        key=_("key", b"k"),
        opt=_("opt", {"lr": 1.0, "wd": 0.5}),
        depth=_("model.depth", 4),
    )


if __name__ == "__main__":
    main()
