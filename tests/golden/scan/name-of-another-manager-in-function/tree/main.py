def f():
    from hpman.m import hp as _
    _("hp's", 1)

_("own", 2)
