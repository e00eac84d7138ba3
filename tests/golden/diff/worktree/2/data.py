from hpman.m import _

_("batch", 32)
