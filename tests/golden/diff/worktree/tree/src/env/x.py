from hpman.m import _

_("foreign", 1)
