from common import _

_("depth")
