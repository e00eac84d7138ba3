from hpman.m import _

_("lr", 1e-3, aliases=3)
_("lr", range=3)
