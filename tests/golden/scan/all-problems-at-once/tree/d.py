_("broken"
