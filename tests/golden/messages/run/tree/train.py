raise SystemExit("this was run")
_("lr", 0.1)
