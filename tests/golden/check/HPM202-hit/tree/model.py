from hpman.m import _

decay = _("weigth_decay")
_("quantum")
