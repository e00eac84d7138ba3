from hpman.m import _, hp
_("a", 1)
hp("a", 2)
other("a", 3)
