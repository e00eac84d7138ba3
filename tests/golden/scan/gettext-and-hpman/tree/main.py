try:
    from hpman.m import _
except ImportError:
    from fallback import stub as _
_("a", 1)
