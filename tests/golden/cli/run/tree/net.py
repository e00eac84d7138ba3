from hpman.m import _


def depth():
    return _("model.depth", 4)
