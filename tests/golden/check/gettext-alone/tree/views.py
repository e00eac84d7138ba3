from django.utils.translation import gettext_lazy as _

name = Field(_("Name"), help_text=_("Say {who}").format(who=1))
