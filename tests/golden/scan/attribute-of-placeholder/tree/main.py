from hpman.m import _
_.set_value("a", 1)
_.parse_file(__file__)
x._("b", 2)
