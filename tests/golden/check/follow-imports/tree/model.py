from hpman.m import _

_("depth", 3)
_(x)
