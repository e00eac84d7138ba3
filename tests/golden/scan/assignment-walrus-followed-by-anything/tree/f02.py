(h := _) if 1 else 2
h('a2', 1)
