import gettext

_ = gettext.translation("app").gettext
print(_("Hello"))
