class A(_("a", 1), *_("b", 2), metaclass=_("c", 3), **_("d", 4)): pass
