from hpman.m import _

_("a", 1)
_("b", 2)
_("kept", 3, help="x")
