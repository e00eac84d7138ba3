from hpman.m import _

_("a_b", 1)
_("a-b", 2)
