[_("a", 1) for i in _("b", 2) if _("c", 3)]
{_("d", 4) for i in x for j in _("e", 5)}
{_("f", 6): _("g", 7) for i in x}
list(_("h", 8) for i in x)
