"""A network of fully connected layers, in numpy."""

import numpy as np

from hpman.m import _

ACTIVATIONS = {
    "relu": (lambda x: np.maximum(x, 0), lambda y: y > 0),
    "tanh": (np.tanh, lambda y: 1 - y**2),
}


class Network:
    """Map pictures to one probability for each class."""

    def __init__(self, inputs, classes, rng):
        sizes = [inputs, *_("model.hidden", [64], help="width of each hidden layer"), classes]
        self.weights = [
            rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))
            for fan_in, fan_out in zip(sizes, sizes[1:])
        ]
        self.biases = [np.zeros(size) for size in sizes[1:]]
        self.activate, self.slope = ACTIVATIONS[
            _("model.activation", "relu", choices=["relu", "tanh"])
        ]

    def parameters(self):
        return [*self.weights, *self.biases]

    def forward(self, images):
        """Return what each layer passes on; the last are the probabilities."""
        outputs = [images]
        for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
            outputs.append(self.activate(outputs[-1] @ weight + bias))
        scores = outputs[-1] @ self.weights[-1] + self.biases[-1]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return [*outputs, scores / scores.sum(axis=1, keepdims=True)]

    def gradients(self, images, labels):
        """Return the slope of the mean loss for each of the parameters."""
        *outputs, probabilities = self.forward(images)
        error = probabilities
        error[np.arange(len(labels)), labels] -= 1
        error /= len(labels)
        weights, biases = [], []
        for weight, output in zip(reversed(self.weights), reversed(outputs)):
            weights.insert(0, output.T @ error)
            biases.insert(0, error.sum(axis=0))
            error = (error @ weight.T) * self.slope(output)
        return [*weights, *biases]

    def accuracy(self, images, labels):
        return np.mean(self.forward(images)[-1].argmax(axis=1) == labels)
