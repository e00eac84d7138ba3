if x:
	_("a", 1)
	if y:
		_("b",	2)
