from hpman.m import _

_("optimizer", "adma", choices=["adam", "sgd"])
_("dropout", 1.5, range=[0, 1])
_("betas", [0.9, 1.1], range=[0, 1])
_("steps", "many", type="int")
_("depth", 0)
_("depth", range=[1, None])
