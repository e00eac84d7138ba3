from hpman.m import _
def setup():
    global h
    h = _

def f():
    return h("a", 1)
