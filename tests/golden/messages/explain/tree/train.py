_("weight_decay", 1)
