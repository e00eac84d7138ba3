_ = print
_("lr")
_("Hello")
_("steps", 3)
