_("model.depth", 4)
print(_("model"))
