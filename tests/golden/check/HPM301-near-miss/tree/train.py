try:
    from hpman.m import _
except ImportError:
    def _(name, default=None, **hints):
        return default

_("a", 1)
head, __ = 1, 2

def other():
    for _ in range(3):
        pass

def through_another_name():
    from hpman.m import _ as hyper
    return [hyper("b", 2) for _ in range(3)]
