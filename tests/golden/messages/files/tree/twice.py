_("shuffle", True)
_("no_shuffle", 3)
