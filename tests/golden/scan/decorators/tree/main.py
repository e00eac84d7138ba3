@_("a", 1)
def f(): pass

@dec(_("b", 2))
@_("c", 3)
class A:
    @_("d", 4)
    async def g(self): pass
