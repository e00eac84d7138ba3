from hpman.m import _

import model


def train(data):
    lr = _("lr", 1e-3, help="step size, 100% of it", range=[0, 1])
    decay = _("weight_decay", 0.0)
    end = _("end_lr", lr / 10, help="where the schedule ends")
    for _epoch in range(_("epochs", 10)):
        if _("shuffle", True, help="draw another order in each epoch"):
            data.shuffle()
    _("optimizer", "sgd", choices=["sgd", "adam"], group="optimizer")
    _("opt", {"momentum": 0.9, "nesterov": False}, group="optimizer")
    _("seed", None)
    _("run_name", "first", optional=True)
    _("betas", (0.9, 0.999))
    return _("data", required=True, help="a folder")
