from hpman.m import _

_("help", 1)
