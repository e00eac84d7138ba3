from hpman.m import _
def setup():
    if True:
        global h
    h = _

h("a", 1)
