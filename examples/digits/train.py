#!/usr/bin/env python3
"""Train a small network to read handwritten digits."""

import argparse
import math
from pathlib import Path

import numpy as np
from tqdm import tqdm

from hpman import report
from hpman.m import _
import hpargparse

import dataset
from model import Network


def learning_rate(epoch):
    rate = _("learning_rate", 0.1, range=[0, None], help="step size", group="training")
    if _("schedule", "cosine", choices=["cosine", "constant"], group="training") == "constant":
        return rate
    return rate * (1 + math.cos(math.pi * epoch / _("epochs"))) / 2


def train(network, images, labels, validation, rng):
    momentum = _("momentum", 0.9, range=[0, 1], group="training")
    decay = _("weight_decay", 1e-4, range=[0, None], help="pull to zero", group="training")
    velocities = [np.zeros_like(parameter) for parameter in network.parameters()]
    epochs = range(_("epochs", 15, help="rounds over the pictures", group="training"))
    for epoch in tqdm(epochs, unit="epoch", disable=None):  # None: only on a terminal
        rate = learning_rate(epoch)
        for batch in dataset.batches(images, labels, rng):
            gradients = network.gradients(*batch)
            for parameter, velocity, gradient in zip(network.parameters(), velocities, gradients):
                velocity *= momentum
                velocity -= rate * (gradient + decay * parameter)
                parameter += velocity
        report(accuracy=network.accuracy(*validation), step=epoch)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    _.parse_file(Path(__file__).resolve().parent)
    hpargparse.bind(parser, _)
    parser.parse_args()

    rng = np.random.default_rng(_("seed", 0, help="start of all random numbers"))
    (images, labels), validation, test = dataset.load(rng)
    network = Network(images.shape[1], 10, rng)
    train(network, images, labels, validation, rng)
    print(f"accuracy on the training set: {network.accuracy(images, labels):.4f}")
    print(f"accuracy on the test set: {network.accuracy(*test):.4f}")


if __name__ == "__main__":
    main()
