from hpman.m import _
def f():
    return h("a", 1)

h = _
