_("behind", 1)
