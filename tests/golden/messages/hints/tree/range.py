from hpman.m import _

_("x", 1, range=3)
