from hpman.m import _

KEY = "lr"
_(KEY, 1e-3)
value = _(
    f"{KEY}_end",
    1e-4,
)
_(3)
_(*args)
