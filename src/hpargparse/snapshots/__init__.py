"""Files of values: bytes to plain values and back. No hyperparameter, no parser."""
