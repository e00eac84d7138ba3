"""Train."""

from hpman.m import _


def train():
    _("lr", 1e-3, aliases=["optim.lr", "rate"])
    _("cache", False, aliases="cache_it")
    _("opt", {"name": "adam", "eps": 1e-8}, aliases=["optimizer"])
