#!/usr/bin/env python3
"""Fit a line to noisy points by gradient descent, in batches."""

import random

from hpman import report
from hpman.m import _

rng = random.Random(_("seed", 0))
points = [(x, 3 * x + 1 + rng.gauss(0, 0.1)) for x in (i / 50 - 1 for i in range(100))]

slope = offset = 0.0
speed = [0.0, 0.0]
for epoch in range(_("epochs", 5)):
    rng.shuffle(points)
    size = _("batch_size", 10, choices=[1, 10, 50])
    for start in range(0, len(points), size):
        batch = points[start : start + size]
        errors = [(x, slope * x + offset - y) for x, y in batch]
        gradient = [sum(e * x for x, e in errors) / size, sum(e for x, e in errors) / size]
        # Each line names its hyperparameters, and what may be tried for them.
        momentum = _("momentum", 0.0, range=[0.0, 0.95], search=True)
        speed = [momentum * s + g for s, g in zip(speed, gradient)]
        lr = _("lr", 0.01, range=[1e-4, 1.0], scale="log")
        slope, offset = slope - lr * speed[0], offset - lr * speed[1]
    loss = sum((slope * x + offset - y) ** 2 for x, y in points) / len(points)
    report(loss=loss, step=epoch)

print(f"loss: {loss:.4f}")
