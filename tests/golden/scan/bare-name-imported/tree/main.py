from hpman.m import _

def f():
    return _("weight_decay", 1e-5)
