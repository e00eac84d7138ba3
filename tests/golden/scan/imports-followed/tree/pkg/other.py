import main
_("other", 5)
