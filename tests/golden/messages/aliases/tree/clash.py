from hpman.m import _

_("lr", 1e-3, aliases=["optim.lr"])
_("blr", 1e-3, aliases=["optim.lr"])
