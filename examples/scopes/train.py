#!/usr/bin/env python3
"""Train an autoencoder: squeeze pictures of digits into a few numbers, and draw them again."""

from pathlib import Path

import numpy as np

from hpman.m import _
import hpargparse

from block import Block

DIGITS = Path(__file__).resolve().parent.parent / "digits" / "digits.csv.gz"


def main():
    hpargparse.parse_args(_, __file__)

    rng = np.random.default_rng(_("seed", 0, help="start of all random numbers"))
    images = np.loadtxt(DIGITS, delimiter=",")[:, :64] / 16
    rng.shuffle(images)
    test, train = images[:400], images[400:]
    average = train.mean(axis=0)

    code = _("code", 4, range=[1, 64], help="numbers that a picture is squeezed into")
    with _.scope("encoder"):
        encoder = Block(64, code, rng)
    with _.scope("decoder"):
        decoder = Block(code, 64, rng)
    print(f"encoder {encoder}, decoder {decoder}")

    for _epoch in range(_("epochs", 20, range=[0, None])):
        rng.shuffle(train)
        for start in range(0, len(train), _("batch_size", 32, range=[1, None])):
            batch = train[start : start + _("batch_size")] - average
            error = decoder.forward(encoder.forward(batch)) - batch
            encoder.learn(decoder.learn(error / len(batch)))

    error = decoder.forward(encoder.forward(test - average)) - (test - average)
    print(f"unexplained variance: {np.mean(error**2) / np.mean((test - average) ** 2):.2f}")


if __name__ == "__main__":
    main()
