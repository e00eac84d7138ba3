"""A command line for the hyperparameters of a program."""
