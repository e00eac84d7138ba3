import sys

from hpman.m import tool

print(tool("size", 1), __name__, __package__, sys.argv[1:])
