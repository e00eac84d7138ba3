_("other", 1)
