import hpman
H = hpman.HyperParameterManager
X = H("P")
X("a", 1)
