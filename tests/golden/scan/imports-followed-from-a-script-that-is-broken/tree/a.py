import legacy
import other

_("a", 1)
