def f[T = _("a", 1)](): pass
