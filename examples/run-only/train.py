"""Fit a line to points. Nothing here speaks of a command line."""

import sys

from hpman.m import _

import data


def train():
    slope, rate = 0.0, _("lr", 0.1, range=[0, 1], help="step size")
    for epoch in range(_("epochs", 20)):
        for x, y in data.points():
            slope -= rate * 2 * x * (slope * x - y)
    return slope


if __name__ == "__main__":
    print("slope {:.3f}".format(train()), *sys.argv[1:])
