"""Ratios against floors and against upstream. README.md in this folder explains them."""
