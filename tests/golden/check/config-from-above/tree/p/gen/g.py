from hpman.m import _

_()
