import hpman
_ = hpman.HyperParameterManager("_")
_("a", 1)
