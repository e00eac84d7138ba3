from hpman.m import _

_("lr", 1e-3)
_("lr", 1e-2)
_(name)
_("end", lr)
