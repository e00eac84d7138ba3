from hpman.m import _

_(x, h=h)
