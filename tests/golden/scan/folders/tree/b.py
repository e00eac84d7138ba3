_("three", 3)
