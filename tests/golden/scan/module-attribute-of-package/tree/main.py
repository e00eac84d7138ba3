import hpman
hpman.m._("a", 1)
