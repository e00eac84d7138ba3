"""The static half: reading hyperparameters from sources, without any run-time value."""
