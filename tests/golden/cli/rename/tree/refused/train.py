from hpman.m import _

_("lr", 0.1)
_("wd", 0)
_("model.depth", 2)
_.get_value(f"l{'r'}")
_.override(wd=1)
_.get_tree("model")


def shout(_):
    return _("upper")


_("upper", 1)
_("split" # two parts
  "ted", 1)
