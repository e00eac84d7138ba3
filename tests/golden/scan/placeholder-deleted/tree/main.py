from hpman.m import _
_("a", 1)
del _
