"""Sweeps: many runs of a program with values that are chosen for it."""
