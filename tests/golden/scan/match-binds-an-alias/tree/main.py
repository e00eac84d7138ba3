from hpman.m import _
h = _
def f(x):
    match x:
        case {"k": 1, **h}: h("no", 1)
        case [*h]: h("no", 2)
        case int() as h: h("no", 3)
h("yes", 4)
