_("lr", 1e-3)
print(_("lr"))
