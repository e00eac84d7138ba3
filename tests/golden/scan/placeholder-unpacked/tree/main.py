from hpman.m import _
scheduler, _ = make()
for _ in range(3):
    pass
_("a", 1)
