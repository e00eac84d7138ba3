from hpman.m import _

_("weight_decay", 1e-4)
_("nesterov", True)
