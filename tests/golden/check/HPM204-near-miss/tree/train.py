from hpman.m import _, hp

_("weight_decay", 1e-4)
_("weight.decay", 1e-5)
_("hp_lists", 1)
_("helper", 1)
hp("weight-decay", 1)
