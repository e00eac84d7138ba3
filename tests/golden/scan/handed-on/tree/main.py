from common import _
_("a", 1)
