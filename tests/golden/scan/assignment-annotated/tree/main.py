from typing import Any
from hpman.m import _
a: Any = _
b: Any
a("x", 1)
b("no", 1)
