# coding: klingon
_("a", 1)
