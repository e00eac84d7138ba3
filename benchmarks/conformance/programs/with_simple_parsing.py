"""Dataclasses, as simple-parsing's examples have them; saving by its own `save`."""

import os
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Set, Tuple

import simple_parsing
from report import report
from simple_parsing.helpers import choice
from simple_parsing.helpers.serialization import save


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
    name: str = "net"  # what the run is called
    seed: Optional[int] = None
    act: str = choice("relu", "tanh", default="relu")
    ks: List[int] = field(default_factory=lambda: [1, 2])
    betas: Tuple[float, float] = (0.9, 0.999)
    tags: Set[str] = field(default_factory=lambda: {"a", "b"})
    key: bytes = b"k"
    opt: Dict[str, float] = field(default_factory=lambda: {"lr": 1.0, "wd": 0.5})
    model: Model = field(default_factory=Model)


if __name__ == "__main__":
    train = simple_parsing.parse(
        Train,
        add_config_path_arg=True,
        add_option_string_dash_variants=simple_parsing.DashVariant.UNDERSCORE_AND_DASH,
    )
    if "SAVE" in os.environ:
        save(train, os.environ["SAVE"])
    values = dict(vars(train))
    report(**values, depth=values.pop("model").depth)
