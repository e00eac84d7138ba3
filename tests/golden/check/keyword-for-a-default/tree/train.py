from hpman.m import _

_("lr", default=1e-3)
