from hpman.m import _

KINDS = ["adam", "sgd"]
_("optimizer", "adam", help="which one", choices=KINDS)
_("lr", 1e-3, **HINTS)
