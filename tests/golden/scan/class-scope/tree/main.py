from hpman.m import _
class A:
    X = _
    a = X("body", 1)
    b = [X("no", 2) for i in X("first iterable", 3)]
    def f(self):
        return X("no", 4)
