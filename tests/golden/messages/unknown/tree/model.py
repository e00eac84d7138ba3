from hpman.m import _


def net():
    return _("model.sizes", [64, 32]), _("model.act", "relu", choices=["relu", "tanh"])


def head():
    return _("model.act")
