from hpman.m import hp, k as x, _
hp("depth", 3)
x("width", 4)
_("lr", 1)
