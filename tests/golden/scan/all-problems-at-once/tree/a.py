_(name)
_("x", 1)
_("h", 1, help=h)
