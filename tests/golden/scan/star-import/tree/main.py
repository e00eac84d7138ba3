from hpman.m import *
from common import *
_("a", 1)
