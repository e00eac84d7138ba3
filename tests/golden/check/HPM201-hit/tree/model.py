from hpman.m import _

_("depth", 3)
_("width", 1); _("width", 2)
_("width", 1)
