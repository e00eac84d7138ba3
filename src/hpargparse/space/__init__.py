"""The search space of a program: which values its hyperparameters may get."""
