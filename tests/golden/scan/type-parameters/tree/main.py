type X = _("a", 1)
type Y[T: _("b", 2)] = T
def f[T: _("c", 3), *Ts, **P](x: T) -> _("d", 4): pass
class A[T: (_("e", 5), int)](_("f", 6)): pass
