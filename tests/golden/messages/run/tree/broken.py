from hpman.m import _

_("lr", 0.1
