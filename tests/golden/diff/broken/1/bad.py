from hpman.m import _

_("lost", 1)
