_("fine", 1)
