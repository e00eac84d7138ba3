_("model", 1)
