from hpman import HyperParameterManager
X = HyperParameterManager(name)
X("no", 1)
