from hpman.m import _, hp

_("lr", 0.1)
hp("lr", 0.2)
