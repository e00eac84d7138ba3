"""Run a program with values from the command line."""
