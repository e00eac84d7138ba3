from hpman.m import _

_("x", 1)
