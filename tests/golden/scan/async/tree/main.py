async def f():
    async with _("a", 1) as x, y(_("b", 2)):
        await _("c", 3)
    async for i in _("d", 4):
        yield _("e", 5)
    else:
        _("f", 6)
    print([_("g", 7) async for i in z if await _("h", 8)])
