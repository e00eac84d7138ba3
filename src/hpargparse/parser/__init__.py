"""Add hyperparameters to an argparse parser as options, and carry out its command line."""
