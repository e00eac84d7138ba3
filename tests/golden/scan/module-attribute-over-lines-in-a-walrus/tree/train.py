import hpman.m

if (h := (hpman.m.
 _)):
    h("a", 1)
