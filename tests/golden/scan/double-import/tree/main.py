try:
    from hpman.m import _
except ImportError:
    from hpman.m import _ as other
    _ = other
_("a", 1)
other("b", 2)
