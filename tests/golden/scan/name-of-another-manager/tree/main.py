from hpman.m import hp as _
_("a", 1)
