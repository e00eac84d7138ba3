from hpman.m import _

_("lr", 0.1)
_("end_lr", LR / 10)
