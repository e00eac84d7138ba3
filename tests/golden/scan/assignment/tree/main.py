from hpman.m import _
hello = _
hello("a", 1)
