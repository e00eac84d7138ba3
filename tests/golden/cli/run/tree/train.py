"""A program without a line about its command line."""

import sys

import net
from hpman.m import _


def train():
    rate = _("learning_rate", 1e-3, range=[0, 1], help="step size")
    print("rate", rate, "depth", net.depth(), "arguments", sys.argv[1:])


if __name__ == "__main__":
    train()
