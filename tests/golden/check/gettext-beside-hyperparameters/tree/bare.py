print(_("lr"), _("forgotten"))
