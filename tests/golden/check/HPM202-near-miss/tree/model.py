from hpman.m import _

_("lr")
_("data", required=True, help="where")
_("model")
