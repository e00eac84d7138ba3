from hpman.m import _
h = _
def f(h):
    return h("no", 1)
k = lambda h: h("no", 2)
h("yes", 3)
