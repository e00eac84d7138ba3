import gettext

_ = gettext.gettext
