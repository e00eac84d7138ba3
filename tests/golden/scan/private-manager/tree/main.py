from hpman import HyperParameterManager
X = HyperParameterManager("P")
X("a", 1)
P("no, not asked for", 2)
