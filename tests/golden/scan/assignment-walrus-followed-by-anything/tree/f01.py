print([(h := _) for i in range(3)])
h('a1', 1)
