from hpman.m import _

_("lr", 1e-3)
_("betas", (0.9, 0.99))
_("mode", "fast", choices=["fast", "slow"])
_("end", LR / 10)
_("model.depth", 3)
_("opt", {"lr": 1, "wd": 0.5})
_("used")
_("new_name", 7)
