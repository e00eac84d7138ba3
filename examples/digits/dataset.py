"""1797 pictures of handwritten digits, of 8 by 8 pixels each.

The data are "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, from the
UCI Machine Learning Repository (https://doi.org/10.24432/C50P49), under CC BY 4.0.
"""

from pathlib import Path

import numpy as np

from hpman.m import _


def load(rng):
    """Return the (images, labels) to learn from, to choose hyperparameters by, and to test on."""
    rows = np.loadtxt(Path(__file__).with_name("digits.csv.gz"), delimiter=",", dtype=int)
    images, labels = rows[:, :64] / 16, rows[:, 64]
    order = rng.permutation(len(images))
    held_back = int(
        len(images) * _("data.test_fraction", 0.25, range=[0.05, 0.95], help="share held back")
    )
    test, rest = order[:held_back], order[held_back:]
    split = int(len(rest) * _("data.validation_fraction", 0.2, range=[0.05, 0.95]))
    validation, train = rest[:split], rest[split:]
    return [(images[part], labels[part]) for part in (train, validation, test)]


def batches(images, labels, rng):
    """Yield the pictures once, some at a time."""
    size = _("batch_size", 32, range=[1, None], help="pictures per step", group="training")
    order = np.arange(len(images))
    if _("data.shuffle", True, help="new order in each epoch"):
        rng.shuffle(order)
    for start in range(0, len(images), size):
        chosen = order[start : start + size]
        yield images[chosen], labels[chosen]
