"""A multirun of Hydra; launcher and sweeper are named on the command line."""

import hydra
from hydra.core.config_store import ConfigStore
from trial import trial

ConfigStore.instance().store("train", {"lr": 0.5})


@hydra.main(version_base="1.3", config_path=None, config_name="train")
def main(config):
    return trial(config.lr)


if __name__ == "__main__":
    main()
