from hpman.m import _

_("model.depth", 50)
_("model.width", 64)
_("models", 3)
_("model")
