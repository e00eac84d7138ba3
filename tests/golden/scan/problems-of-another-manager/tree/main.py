from hpman.m import _, hp
hp(x)
hp()
hp("a", 1, help=h)
_("b", 1)
