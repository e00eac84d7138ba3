"""Convert between text and the values of a hyperparameter."""
