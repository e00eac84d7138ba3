import gettext

_ = gettext.gettext
print(_("Hello, world"), _("Hello"), _(message))
