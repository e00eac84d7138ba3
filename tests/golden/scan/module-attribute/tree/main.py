import hpman.m
hpman.m._("a", 1)
hpman.m.hp("b", 2)
