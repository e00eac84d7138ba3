"""A parameter whose type is a base class, as jsonargparse's documents on sub-classes have it."""

from dataclasses import dataclass, field

from jsonargparse import auto_cli
from report import report


class Optimizer:
    pass


class SGD(Optimizer):
    def __init__(self, lr: float = 0.1, momentum: float = 0.9) -> None:
        self.lr = lr
        self.momentum = momentum


class Adam(Optimizer):
    def __init__(self, lr: float = 0.001, beta: float = 0.9) -> None:
        self.lr = lr
        self.beta = beta


@dataclass
class Train:
    optimizer: Optimizer = field(default_factory=SGD)
    steps: int = 3
    warmup: int = 1


def main() -> None:
    train: Train = auto_cli(Train, parser_mode="omegaconf")
    report(
        kind=type(train.optimizer).__name__,
        **vars(train.optimizer),
        steps=train.steps,
        warmup=train.warmup,
    )


if __name__ == "__main__":
    main()
