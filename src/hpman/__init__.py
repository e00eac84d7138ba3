"""Hyperparameters written where they are used, managed as a whole."""
