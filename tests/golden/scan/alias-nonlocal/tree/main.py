from hpman.m import _
def f():
    h = None
    def g():
        nonlocal h
        h = _
    g()
    return h("a", 1)

h("no", 2)
