h, f(
h).b = _, f
h('a6', 1)
