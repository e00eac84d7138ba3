from hpman.m import _

_("optimizer", "adam", choices=["adam", "sgd"], help="which", metavar="NAME", group="training")
_("lr", 1e-3, range=[0, 1], type="float", optional=True, required=False)
_("momentum", 0.9, tape="a", hype=1, held=True, tune=[0.8, 0.99], log=True, arrange=1)
_("depth", 4, sweep=[2, 4, 8], description="how deep", optimal=4, options="a", types="int")
