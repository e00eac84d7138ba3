print "old"
_("broken", 1)
