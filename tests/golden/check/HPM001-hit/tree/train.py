# coding: klingon
from hpman.m import _

_("lr", 1e-3)
