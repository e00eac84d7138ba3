import hpman
X = hpman.m.hp
X("a", 1)
