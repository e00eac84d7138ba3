from hpman.m import _

print(_("lr", 1e-3), _("model.depth", 4), _("act", "relu"))
