from hpman.m import _

def parameter(_):
    return _("a", 2)

squares = [_(number, hint=number) for _ in range(3)]

for _ in range(3):
    pass
_("b", 3)

def handler():
    try:
        pass
    except ValueError as _:
        _("c")
    with open("x") as _:
        _("d")

def imported():
    from functools import partial as _part, wraps
    def _(): pass
    _("e", 5)
