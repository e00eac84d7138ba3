cfg('a', 1)
cfg('a', 2)
cfg(y)
