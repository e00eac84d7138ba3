from hpman.m import _
from hpman.m import hp
a, (b, c) = _, (hp, 1)
[d, e] = [hp, _]
a("a", 1); b("b", 2); c("no", 3); d("d", 4); e("e", 5)
