def f():
    from gettext import gettext as _
    return _(text)

print(_("no", 1))
