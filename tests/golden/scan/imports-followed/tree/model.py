_("model", 2)
