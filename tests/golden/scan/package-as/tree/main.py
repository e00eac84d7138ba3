import hpman as h
h.m.hp("a", 1)
