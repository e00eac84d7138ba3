from hpman.m import _

_("blob", b"x")
_("end", LR / 10)
