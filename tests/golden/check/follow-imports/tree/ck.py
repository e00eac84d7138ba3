from hpman.m import _, hp

import lib.data
import model

_("depth")
_("width")
hp("size")
