print(_("Hello"), _(name))
