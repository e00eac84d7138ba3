from hpman.m import _

_("lr", 3e-4, aliases=["optim.lr"])
_("weight_decay", 1e-4, range=[0, 0.5], aliases="decay")
_("n_layers", 3, aliases=["depth", "layers"])
_("widths", 8)
_("b", 0.5, aliases=["a"])
_("optimizer", {"eps": 1e-8}, aliases=["opt"])
