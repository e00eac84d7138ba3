from hpman.m import _

_("lost", "þ")
