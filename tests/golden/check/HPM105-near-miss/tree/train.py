from hpman.m import _

_("weight-decay", 1)
_("2nd", 2)
_("with blanks", 3)
_("größe", 4)
_("model.depth.max", 5)
_("-x", 6)
