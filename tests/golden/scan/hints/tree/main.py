_("a", 1, help="x", choices=[1, 2], range=(0, 1), nested={"k": {1}})
_("a", type="int")
