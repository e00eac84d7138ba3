from . import _
from .m import hp
_("a", 1)
