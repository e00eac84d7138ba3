_("a", 1, help=text, ok=1, choices=[x])
_("b", **hints)
