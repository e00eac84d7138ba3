from hpman.m import _

_("a b", 1)
_("[x]", 1)
_("100%", 1)
_("k=v", 1)
_("ñandú", 1)
_("a\nb", 1)
