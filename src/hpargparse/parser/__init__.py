"""Hyperparameters on a parser of argparse: options, and what a command line does with them."""
