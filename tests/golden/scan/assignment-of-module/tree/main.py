import hpman
X = hpman.m
X.hp("a", 1)
