from hpman.m import hp, k as x, _
hp("depth", 4)
x("width", 5)
_("lr", 2)
hp("lr", 3)
