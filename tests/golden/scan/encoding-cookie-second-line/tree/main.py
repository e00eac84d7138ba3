#!/usr/bin/env python
# vim: set fileencoding=cp1251 :
_("a", "ж")
