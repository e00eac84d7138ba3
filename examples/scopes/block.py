"""Fully connected layers, in numpy."""

import numpy as np

from hpman.m import _


class Block:
    """Map rows of one size to rows of another, through hidden layers.

    It reads its hyperparameters when it is built, so the scope that is open then counts.
    """

    def __init__(self, inputs, outputs, rng):
        width = _("width", 48, range=[1, None], help="size of each hidden layer", group="block")
        depth = _("depth", 1, range=[0, 9], help="number of hidden layers", group="block")
        self.rate = _("learning_rate", 0.05, range=[0, None], help="step size", group="block")
        self.momentum = _("momentum", 0.9, range=[0, 1], group="block")
        self.sizes = [inputs, *[width] * depth, outputs]
        self.weights = [
            rng.normal(0, np.sqrt(1 / rows), (rows, columns))
            for rows, columns in zip(self.sizes, self.sizes[1:])
        ]
        self.velocities = [np.zeros_like(weight) for weight in self.weights]

    def __str__(self):
        return " - ".join(map(str, self.sizes))

    def forward(self, rows):
        """Return the output of the last layer, and remember the input of each."""
        self.inputs = [rows]
        for weight in self.weights[:-1]:
            self.inputs.append(np.tanh(self.inputs[-1] @ weight))
        return self.inputs[-1] @ self.weights[-1]

    def learn(self, slope):
        """Step down the slope of the loss at the output, and return that at the input."""
        for number in reversed(range(len(self.weights))):
            inputs, velocity = self.inputs[number], self.velocities[number]
            velocity *= self.momentum
            velocity -= self.rate * inputs.T @ slope
            slope = slope @ self.weights[number].T
            if number > 0:
                slope *= 1 - inputs**2
            self.weights[number] += velocity
        return slope
