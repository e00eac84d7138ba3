from hpman import HyperParameterManager as H
X = H(placeholder="P", separator="/")
X("a", 1)
