from hpman.m import _

_("weight_decay", 1e-4)
_("lr", 1e-3)
_("quantum")
