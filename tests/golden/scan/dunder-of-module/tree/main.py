import hpman.m
hpman.m.__dict__("a", 1)
