g, h = üimport, _
h('a2', 1)
