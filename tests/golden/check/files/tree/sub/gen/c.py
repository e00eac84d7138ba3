from hpman.m import _

_(z)
