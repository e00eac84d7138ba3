"""Structured configs and `instantiate`; a value that is not set is that of the config around."""

from dataclasses import dataclass, field
from enum import Enum

import hydra
from hydra.core.config_store import ConfigStore
from hydra.utils import instantiate
from omegaconf import II
from report import report_models


class Act(Enum):
    relu = 1
    tanh = 2


class Block:
    def __init__(self, depth, act, rate):
        self.depth = depth
        self.act = act.name
        self.rate = rate


class Model:
    def __init__(self, config):
        self.encoder = instantiate(config.encoder)
        self.decoder = instantiate(config.decoder)


@dataclass
class Inherited:
    depth: int = II("..depth")
    act: Act = II("..act")
    rate: float = II("..rate")


@dataclass
class BlockConfig(Inherited):
    _target_: str = "__main__.Block"


@dataclass
class ModelConfig(Inherited):
    encoder: BlockConfig = field(default_factory=BlockConfig)
    decoder: BlockConfig = field(default_factory=BlockConfig)


@dataclass
class Config:
    depth: int = 2
    act: Act = Act.relu
    rate: float = 0.1
    teacher: ModelConfig = field(default_factory=ModelConfig)
    student: ModelConfig = field(default_factory=ModelConfig)


ConfigStore.instance().store(name="train", node=Config)


@hydra.main(version_base=None, config_name="train")
def main(config):
    report_models(teacher=Model(config.teacher), student=Model(config.student))


if __name__ == "__main__":
    main()
