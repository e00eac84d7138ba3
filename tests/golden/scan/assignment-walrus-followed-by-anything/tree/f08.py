[h := _ for x in y]
h('a8', 1)
