import behind

_("gen", 1)
