import gen
import sub.part
from sub import other

_("main", 1)
