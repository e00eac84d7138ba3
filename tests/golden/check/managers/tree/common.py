from hpman.m import hp
from hpman import HyperParameterManager

own = HyperParameterManager('private')
