from hpman.m import _

_("lr", 5)
_("same", 1)
