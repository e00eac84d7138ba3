from hpman import HyperParameterManager

cfg = HyperParameterManager('cfg')
cfg('x')
