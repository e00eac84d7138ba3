from hpman.m import _, hp

_("lr", 0.1)
_("lr", 0.2)
hp("depth", 1)
hp("depth", 2)
hp(name)
