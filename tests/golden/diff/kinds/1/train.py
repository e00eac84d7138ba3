from hpman.m import _

_("lr", 1e-3, range=[0, 1], help="step size")
_("momentum", 0.9)
_("dropout", 0.25)
_("epochs")
_("seed", 1)
_("act", relu)
_("end", LR/10)
