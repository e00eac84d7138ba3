from hpman.m import _

_("lr", 1e-3)
_("model.depth", 4)
