from hpman.m import _, hp

_("lr")
_("lr", 1)
_("lr")
hp("lr", 2)
