from hpman.m import _

_("a", 1, help=text)
_(name, 2)
_("kept", 4)
_("kept", help=text)
