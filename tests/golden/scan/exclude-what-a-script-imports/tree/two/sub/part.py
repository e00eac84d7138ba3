_("part", 1)
