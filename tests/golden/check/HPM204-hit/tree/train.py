from hpman.m import _

_("weight_decay", 1e-4)
_("weight-decay", 1e-5)
_("cache", True)
_("no_cache", 1)
_("hp_list", 1)
_("help", 1)
