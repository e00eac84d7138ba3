cfg("lr")
_("Hello")
