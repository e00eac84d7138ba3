"""A function with types, as jsonargparse's documents begin; `--config` comes with it."""

from dataclasses import dataclass, field
from typing import Dict, List, Literal, Optional, Set, Tuple

from jsonargparse import auto_cli
from jsonargparse.typing import ClosedUnitInterval
from report import report


@dataclass
class Model:
    depth: int = 4


@dataclass
class Train:
    """Train.

    Args:
        name: what the run is called
    """

    lr: float = 1e-3
    weight_decay: float = 1e-5
    dropout: ClosedUnitInterval = 0.5
    epochs: int = 10
    shuffle: bool = False
    name: str = "net"
    seed: Optional[int] = None
    act: Literal["relu", "tanh"] = "relu"
    ks: List[int] = field(default_factory=lambda: [1, 2])
    betas: Tuple[float, float] = (0.9, 0.999)
    tags: Set[str] = field(default_factory=lambda: {"a", "b"})
    key: bytes = b"k"
    opt: Dict[str, float] = field(default_factory=lambda: {"lr": 1.0, "wd": 0.5})
    model: Model = field(default_factory=Model)


if __name__ == "__main__":
    values = dict(vars(auto_cli(Train)))
    report(**values, depth=values.pop("model").depth)
