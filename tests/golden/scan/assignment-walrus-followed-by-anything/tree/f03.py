while (h := _) is None: pass
h('a3', 1)
