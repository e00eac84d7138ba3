from hpman.m import _

_("a", 1, 2)
_("kept", 4)
