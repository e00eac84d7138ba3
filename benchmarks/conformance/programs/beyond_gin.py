"""References to classes, as gin's user guide has them; options by argparse in place of absl."""

import argparse

import gin
from report import report


@gin.configurable
class SGD:
    def __init__(self, lr=0.1, momentum=0.9):
        self.lr = lr
        self.momentum = momentum


@gin.configurable
class Adam:
    def __init__(self, lr=0.001, beta=0.9):
        self.lr = lr
        self.beta = beta


@gin.configurable
def train(optimizer=SGD, steps=3, warmup=1):
    made = optimizer()
    report(kind=type(made).__name__, **vars(made), steps=steps, warmup=warmup)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gin_file", action="append")
    parser.add_argument("--gin_param", action="append")
    args = parser.parse_args()
    gin.parse_config_files_and_bindings(args.gin_file, args.gin_param)
    train()


if __name__ == "__main__":
    main()
