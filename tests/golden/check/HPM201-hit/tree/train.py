from hpman.m import _

_("depth", 4)
