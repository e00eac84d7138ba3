"""Lint for hyperparameters: rules with stable codes, and reports of what they find."""
