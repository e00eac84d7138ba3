from hpman.m import _

_("hp_list", 1)
