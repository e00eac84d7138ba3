from hpman.m import _

_("dropout", 0.5, range=[None, 1])
_("steps", 3, type="int")
_("optimizer", "adam", choices=("adam", "sgd"))
_("lr", 0.1, scale="log", ranges=3)
