from hpman.m import _

_("model.depth", 4, help="layers")
_("model.act", "relu", choices=["relu", "tanh"])
_("shuffle", True), _("opt", {"lr": 1}), _("weight_decay"), _("twice", 2)
_("ghost")
_("odd", {1}, type="flot", shape={(1, 2): b"x"}, seed=float)
_("wrong", 1, hint=rate)
_("odd", x={(1, 2): b"x"}, y=1e400, z=[3, "a"])
_("both", 1), _("both.inner", 2)
