"""A dataclass without a prefix, as cyclopts' documents have it; a file by its `config`."""

import os
from dataclasses import dataclass, field
from typing import Annotated, Literal

from cyclopts import App, Parameter, validators
from cyclopts.config import Yaml
from report import report

files = os.environ["LOAD"].split(os.pathsep) if "LOAD" in os.environ else []
# The first one wins.
app = App(config=[Yaml(file, must_exist=True) for file in reversed(files)])


@dataclass
class Model:
    depth: int = 4


@Parameter(name="*")
@dataclass
class Train:
    lr: float = 1e-3
    weight_decay: float = 1e-5
    dropout: Annotated[float, Parameter(validator=validators.Number(gte=0, lte=1))] = 0.5
    epochs: int = 10
    shuffle: bool = False
    name: str = "net"
    "what the run is called"
    seed: int | None = None
    act: Literal["relu", "tanh"] = "relu"
    ks: Annotated[list[int], Parameter(consume_multiple=True)] = field(
        default_factory=lambda: [1, 2]
    )
    betas: tuple[float, float] = (0.9, 0.999)
    tags: Annotated[set[str], Parameter(consume_multiple=True)] = field(
        default_factory=lambda: {"a", "b"}
    )
    key: bytes = b"k"
    opt: dict[str, float] = field(default_factory=lambda: {"lr": 1.0, "wd": 0.5})
    model: Model = field(default_factory=Model)


@app.default
def main(train: Train | None = None):
    values = dict(vars(train or Train()))
    report(**values, depth=values.pop("model").depth)


if __name__ == "__main__":
    app()
