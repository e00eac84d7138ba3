from hpman.m import _

_("weight_decay", 0.0001)
_("nesterov", False)
