import hpman.m as z
z._("a", 1)
z.hp("b", 2)
