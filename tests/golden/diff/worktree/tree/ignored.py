from hpman.m import _

_("no", 1)
