from hpman.m import _
if (h := _)("a", 1):
    h("b", 2)
