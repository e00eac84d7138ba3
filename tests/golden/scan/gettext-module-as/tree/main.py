import gettext as _
_("no", 1)
