from hpman.m import _
_("lr", 1)
