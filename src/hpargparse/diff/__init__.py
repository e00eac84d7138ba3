"""What changed in the hyperparameters between two revisions, snapshots or sources."""
