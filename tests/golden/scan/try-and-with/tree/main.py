try: _("a", 1)
except _("b", 2) as e: _("c", 3)
else: _("d", 4)
finally: _("e", 5)
with _("f", 6), (_("g", 7)) as h: pass
while _("h", 8): break
else: _("i", 9)
for x[_("j", 10)] in y: pass
assert _("k", 11), _("l", 12)
raise _("m", 13) from _("n", 14)
