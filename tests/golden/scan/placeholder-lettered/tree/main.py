hp("a", 1)
chp("no", 1)
hpx("no", 2)
hp2("no", 3)
