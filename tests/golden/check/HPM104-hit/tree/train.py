from hpman.m import _

from torch.nn import relu

_("act", relu)
_(
    "end_lr",
    START_LR
    / 10,
)
