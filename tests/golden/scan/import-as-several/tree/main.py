from hpman.m import (
    _ as a,
    hp as b,
    c,
)
a("x", 1); b("y", 2); c("z", 3)
