from gettext import gettext as _

print(_("Hello"), _(f"{name}"), _())
