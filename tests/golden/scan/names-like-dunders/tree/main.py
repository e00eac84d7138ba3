import hpman.m
from hpman.m import __, ___

__("a", 1)
___("b", 2)
hpman.m.__("c", 3)
hpman.m._____("d", 4)
hpman.m.__a("e", 5)
hpman.m.a__("f", 6)
hpman.m.___a__("g", 7)
hpman.m.__a__("no manager", 8)


class C:
    hpman.m.__("h", 9)
    hpman.m.a__("i", 10)
    hpman.m.__a("is asked of another name", 11)

    def f(self):
        return [hpman.m.__a("so is this", 12) for _unused in range(3)]
