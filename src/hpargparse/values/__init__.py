"""Text to value and back, as a hyperparameter asks for it. No parser, no manager, no file."""
