"""Sweeps of this project beside those of others: what a trial costs, and what a kill leaves."""
