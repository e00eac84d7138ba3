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

from hpman import HyperParameterManager

def passed_on(_: HyperParameterManager):
    return _("c", 3)

hp = HyperParameterManager("hp").parse_file(__file__)
hp("d", 4)
