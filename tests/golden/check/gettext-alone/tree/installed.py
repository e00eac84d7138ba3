import gettext

gettext.install("app")
print(_("Hello"), _("%d files") % 3, _(name))
