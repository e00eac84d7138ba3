from hpman.m import _

_("lr", 3)
_("lr", help="of c")
