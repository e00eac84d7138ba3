from hpman.m import _
a = b = _
a("x", 1)
b("y", 2)
