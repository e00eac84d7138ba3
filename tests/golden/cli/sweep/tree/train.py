from hpman import report
from hpman.m import _

report(loss=_("lr", 0.1, search=[0.1, 0.2, 0.4]) * _("depth", 2, range=[1, 9]))
