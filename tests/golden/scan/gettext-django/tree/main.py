from django.utils.translation import gettext_lazy as _

class Meta:
    verbose_name = _("user. name")
    other = _(name % 3)
