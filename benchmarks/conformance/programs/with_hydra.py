"""A structured config, as Hydra's tutorial has it; Python's types that it has not are left out."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Dict, List, Optional, Tuple

import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf
from report import report


class Act(Enum):
    relu = 1
    tanh = 2


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
    seed: Optional[int] = None
    act: Act = Act.relu
    ks: List[int] = field(default_factory=lambda: [1, 2])
    betas: Tuple[float, float] = (0.9, 0.999)
    key: bytes = b"k"
    opt: Dict[str, float] = field(default_factory=lambda: {"lr": 1.0, "wd": 0.5})
    model: Model = field(default_factory=Model)


ConfigStore.instance().store(name="train", node=Train)


@hydra.main(version_base=None, config_name="train")
def main(config):
    values = OmegaConf.to_container(config)
    depth, act = values.pop("model")["depth"], values.pop("act").name
    report(**values, depth=depth, act=act)


if __name__ == "__main__":
    main()
