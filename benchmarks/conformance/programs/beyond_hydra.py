"""A group of configs and `instantiate`, as Hydra's tutorial has them."""

from dataclasses import dataclass, field
from typing import Any, List

import hydra
from hydra.core.config_store import ConfigStore
from hydra.utils import instantiate
from omegaconf import MISSING
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
class SGDConfig(SGD):
    _target_: str = "__main__.SGD"


@dataclass
class AdamConfig(Adam):
    _target_: str = "__main__.Adam"


@dataclass
class Train:
    defaults: List[Any] = field(default_factory=lambda: [{"optimizer": "sgd"}, "_self_"])
    optimizer: Any = MISSING
    steps: int = 3
    warmup: int = 1


store = ConfigStore.instance()
store.store(name="train", node=Train)
store.store(group="optimizer", name="sgd", node=SGDConfig)
store.store(group="optimizer", name="adam", node=AdamConfig)


@hydra.main(version_base=None, config_name="train")
def main(train: Train) -> None:
    optimizer = instantiate(train.optimizer)
    report(
        kind=type(optimizer).__name__,
        **vars(optimizer),
        steps=train.steps,
        warmup=train.warmup,
    )


if __name__ == "__main__":
    main()
