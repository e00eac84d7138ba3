from hpman.m import _

_("lr", 1e-3, help="step size", range=[0, 1], unit="1/step")
_("lr")
