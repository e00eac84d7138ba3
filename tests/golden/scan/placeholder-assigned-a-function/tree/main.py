def func(*args, **kwargs):
    pass

_ = func

_("a", 1)

from hpman.m import _
