(h :=
_) if 1 else 2
h('a1', 1)
