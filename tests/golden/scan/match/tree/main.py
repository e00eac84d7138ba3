match _("a", 1):
    case _ if _("b", 2):
        _("c", 3)
match x:
    case {"k": y, **rest} if rest(_("d", 4)): pass
    case [1, *others]: _("e", 5)
    case P(z=1): pass
