from hpman.m import _

_(y)
