from hpman.m import _

_("optim.lr", 1e-3)
_("decay", 1e-4, range=[0, 1])
_("depth", 3)
_("width", 8)
_("a", 0.5)
_("opt", {"eps": 1e-8})
