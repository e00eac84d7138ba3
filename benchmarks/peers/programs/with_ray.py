"""A grid of Ray Tune over the values on the command line, two at once; it restores itself."""

import os
import sys

from ray import tune
from trial import trial


def objective(config):
    return {"loss": trial(config["lr"])}


folder = os.path.abspath("results")
if tune.Tuner.can_restore(os.path.join(folder, "s")):
    tuner = tune.Tuner.restore(os.path.join(folder, "s"), objective, resume_errored=True)
else:
    tuner = tune.Tuner(
        objective,
        param_space={"lr": tune.grid_search([float(word) for word in sys.argv[1:]])},
        tune_config=tune.TuneConfig(metric="loss", mode="min", max_concurrent_trials=2),
        run_config=tune.RunConfig(name="s", storage_path=folder),
    )
tuner.fit()
