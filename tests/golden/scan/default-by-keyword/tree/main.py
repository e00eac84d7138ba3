_("a", default=1, value=2)
_("b", 3, default=4)
