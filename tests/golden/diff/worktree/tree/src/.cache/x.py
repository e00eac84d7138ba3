from hpman.m import _

_("hidden", 1)
