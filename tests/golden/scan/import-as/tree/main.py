from hpman.m import _ as X
X("lr", 1)
_("also", 2)
