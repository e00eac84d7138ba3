from hpman.m import _
def f():
    h = _
    h("in", 1)
    def g():
        return h("deeper", 2)

h("out", 3)
