from gettext import gettext as _

print(_("Hello"), _("a", 1))
print(_(message))
