cfg(x)
