from hpman.m import hp

hp("depth", 3)
