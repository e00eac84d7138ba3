from hpman.m import _, hp

import net

LR = 3


def train():
    rate = _("weight_decay", 1e-3, range=[0, 1], help="step size")
    end = _("end", LR / 10)
    return rate, end, _("model"), hp("weight_decay", None)


_("twice", 1)
