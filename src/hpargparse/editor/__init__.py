"""Answer the questions of editors about hyperparameters."""
