from . import other
_("sub", 4)
