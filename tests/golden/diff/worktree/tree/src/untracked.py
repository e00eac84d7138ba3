from hpman.m import _

_("untracked", None)
