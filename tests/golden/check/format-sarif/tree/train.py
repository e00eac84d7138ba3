from hpman.m import _

_("a,b:%", 1)
x = "世界"; _("größe",
   "y", z=3 * 4)
_("a,b:%", 2)
_("used"); _("used")
