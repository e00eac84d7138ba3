from hpman.m import _

