"""Nested dataclasses, as tyro's examples have them."""

from dataclasses import dataclass, field
from typing import Literal

import tyro
from report import report_models


@dataclass
class Block:
    depth: int = 2
    act: Literal["relu", "tanh"] = "relu"
    rate: float = 0.1


@dataclass
class Model:
    encoder: Block = field(default_factory=Block)
    decoder: Block = field(default_factory=Block)


@dataclass
class Models:
    teacher: Model = field(default_factory=Model)
    student: Model = field(default_factory=Model)


def main():
    models = tyro.cli(Models)
    report_models(teacher=models.teacher, student=models.student)


if __name__ == "__main__":
    main()
