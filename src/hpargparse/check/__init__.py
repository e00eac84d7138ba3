"""Find mistakes in how hyperparameters are written, and report them."""
