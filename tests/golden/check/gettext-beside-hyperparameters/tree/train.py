from hpman.m import _

_("lr", 1e-3)
_("typo_here")
