print(_("Hello"), _("Hello", ))
