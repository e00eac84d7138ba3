from hpman.m import _

_("optimizer", None, choices=["adam", "sgd"])
_("dropout", 1, range=[0, 1])
_("lr", 1, type="float")
_("kinds", ["a", "b"], choices=["a", "b", "c"])
_("act", relu, choices=["relu"])  # noqa: HPM104
