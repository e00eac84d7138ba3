import sys

import layers
from hpman.m import _

print(layers.units(), sys.argv)
