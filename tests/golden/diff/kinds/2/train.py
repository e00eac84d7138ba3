from hpman.m import _

_("lr", 3e-4, range=[0, 0.5], group="optimizer")
_("warmup", 500)
_("drop_rate", 0.25)
_("epochs", 30)
_("seed", 1.0)
_("act", gelu)
_("end", LR / 10)
_("name")
