from hpman.m import _

_("momentum", -0.9)
_("root", 1 + 2j)
_("seen", set())
_("sizes", [(1, 2), {"a": None}])
