with (_("a", 1) as a, _("b", 2) as b,):
    pass
