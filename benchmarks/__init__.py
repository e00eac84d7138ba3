"""Ratios against floors and against upstream; README.md beside this file tells more."""
