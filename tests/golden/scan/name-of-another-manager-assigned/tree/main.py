from hpman.m import hp
_ = hp
_("a", 1)
