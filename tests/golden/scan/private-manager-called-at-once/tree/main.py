import hpman
hpman.HyperParameterManager("P")("a", 1)
