from hpman.m import _


def units():
    return _("units", 1)
