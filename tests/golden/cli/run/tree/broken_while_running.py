from hpman.m import _

print(_("a", 1))
raise SystemExit("no more")
