x.a = _
x.a('no')
