from hpman.m import _

_("optimizer", "adam", choices=["adam", "sgd"], extra={"a": (1, -2)})
