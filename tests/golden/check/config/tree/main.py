cfg()
cfg(x)
from hpman.m import _
