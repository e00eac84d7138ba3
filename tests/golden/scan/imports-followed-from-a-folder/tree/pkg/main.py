import legacy
import old.again
from . import x
from .. import above

_("main", 1)
