from hpman.m import _

_("dropout", 0.5, range=[1, 0])
_("lr", 0.1, range=3)
_("steps", 3, type="integer")
_("optimizer", "adam", choices=[])
_("name", "a", range=[0, 1])
