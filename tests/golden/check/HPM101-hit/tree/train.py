from hpman.m import _

lr = _()
_("lr", 1e-3, "step size")
