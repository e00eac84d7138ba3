def func(*args, **kargs):
    pass

_ = func

_("a", 1)

from hpman.m import _
