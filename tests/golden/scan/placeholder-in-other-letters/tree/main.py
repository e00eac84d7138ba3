from hpman import HyperParameterManager
from hpman.m import ﬁ as other

ﬁ("a", 1)
fi("b", 2)
other("c", 3)
private = HyperParameterManager("ｆｉ")
private("d", 4)
