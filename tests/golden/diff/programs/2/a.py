from hpman.m import _

_("lr", 1)
_("same", 1)
