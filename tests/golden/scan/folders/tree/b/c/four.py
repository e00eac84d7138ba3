_("four", 4)
