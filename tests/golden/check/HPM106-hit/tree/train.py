from hpman.m import _

_("optimizer", "adam", choises=["adam", "sgd"])
_("lr", 1e-3, rnage=[0, 1], help="step size")
_("epochs", 10, Help="how often", requird=True)
_("schedule", None, choice=["cosine", "none"], optionall=True)
_("lr", metvar="RATE")
