from hpman import m
from hpman import m as mm
m._("a", 1)
mm.hp("b", 2)
