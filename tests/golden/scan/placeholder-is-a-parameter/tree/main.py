def f(_):
    return _("a", 1)
g = lambda _: _("b", 2)
