from hpman.m import _
h = _
for h in things:
    pass
h("a", 1)
