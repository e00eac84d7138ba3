"""A study of Optuna in one process: the number of trials, and choices if there are any."""

import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from trial import trial

TRIALS, CHOICES = int(sys.argv[1]), [float(word) for word in sys.argv[2:]]


def objective(optuna_trial):
    if CHOICES:
        return trial(optuna_trial.suggest_categorical("lr", CHOICES))
    return trial(optuna_trial.suggest_float("lr", 0, 1))


study = optuna.create_study(
    storage=JournalStorage(JournalFileBackend("journal.log")), study_name="s", load_if_exists=True
)
# Started again, it runs as many trials as are left.
complete = study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])
study.optimize(objective, n_trials=TRIALS - len(complete))
