g, h = éfor, _
h('a1', 1)
