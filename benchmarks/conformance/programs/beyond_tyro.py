"""A union of dataclasses, as tyro's examples on sub-commands have it."""

from dataclasses import dataclass, field

import tyro
from report import report


@dataclass
class SGD:
    lr: float = 0.1
    momentum: float = 0.9


@dataclass
class Adam:
    lr: float = 0.001
    beta: float = 0.9


@dataclass
class Train:
    optimizer: SGD | Adam = field(default_factory=SGD)
    steps: int = 3
    warmup: int = 1


def main() -> None:
    train = tyro.cli(Train)
    report(
        kind=type(train.optimizer).__name__,
        **vars(train.optimizer),
        steps=train.steps,
        warmup=train.warmup,
    )


if __name__ == "__main__":
    main()
