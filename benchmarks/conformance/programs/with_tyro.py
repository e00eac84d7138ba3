"""Dataclasses, as tyro's examples have them; files by its own `from_yaml`, `to_yaml`."""

import os
from dataclasses import dataclass, field
from typing import Literal

import tyro
from report import report


@dataclass
class Model:
    depth: int = 4


@dataclass
class Train:
    lr: float = 1e-3
    weight_decay: float = 1e-5
    dropout: float = 0.5
    epochs: int = 10
    shuffle: bool = False
    name: str = "net"
    """what the run is called"""
    seed: int | None = None
    act: Literal["relu", "tanh"] = "relu"
    ks: list[int] = field(default_factory=lambda: [1, 2])
    betas: tuple[float, float] = (0.9, 0.999)
    tags: set[str] = field(default_factory=lambda: {"a", "b"})
    key: bytes = b"k"
    opt: dict[str, float] = field(default_factory=lambda: {"lr": 1.0, "wd": 0.5})
    model: Model = field(default_factory=Model)


def main():
    default = None
    if "LOAD" in os.environ:
        with open(os.environ["LOAD"], encoding="utf-8") as file:
            default = tyro.extras.from_yaml(Train, file)
    train = tyro.cli(Train, default=default)
    if "SAVE" in os.environ:
        with open(os.environ["SAVE"], "w", encoding="utf-8") as file:
            file.write(tyro.extras.to_yaml(train))
    values = dict(vars(train))
    report(**values, depth=values.pop("model").depth)


if __name__ == "__main__":
    main()
