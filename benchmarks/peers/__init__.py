"""Sweeps of this project and of others: what a trial costs, and what is left after a kill."""
