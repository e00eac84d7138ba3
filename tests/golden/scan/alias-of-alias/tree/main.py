from hpman.m import _
a = _
b = a
c = b
c("x", 1)
