from hpman.m import _

_("model", "resnet")
_("model.depth", 50)
_("model.width")
