"""One trial of `hpman sweep`."""

from hpman import report
from hpman.m import _
from trial import trial

report(loss=trial(_("lr", 0.5)))
