from hpman.m import _, hp

_("", 1)
_("lr ", 2)
_("model..depth", 3)
_("model..depth")
hp(".hidden", 4)
_("tail.", 5)
_("a\tb", 6)
