"""Rename a hyperparameter in sources and snapshots, proved before anything is written."""
