from .i18n import _

print(_("Hello"), _(name), _("Bye", "now"))
