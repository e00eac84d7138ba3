from hpman.m import _
a = b
b = c
c = a
b = _
a("x", 1)
c("y", 2)
