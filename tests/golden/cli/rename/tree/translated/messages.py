from gettext import gettext as _


def title():
    return _("lr") + ": " + _("learning rate")
