"""Train a tagger; messages are translated, hyperparameters are not."""

import argparse

import hpargparse
from hpman.m import _

import messages


def step(weights, gradient):
    rate = _("lr", 1e-3, range=[0, 1], help="the lr, see _('lr')")  # lr: tuned by hand
    return [w - rate * g for w, g in zip(weights, gradient)]


def main():
    parser = argparse.ArgumentParser(description=messages.title())
    hpargparse.bind(parser, _)
    args = parser.parse_args()
    print("lr", args.lr, step([1.0], [_("clip", 5)]))


if __name__ == "__main__":
    _.parse_file(__file__)
    main()
