from hpman.m import _

_("layers", [64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 128])
_("many", [
    1,
    3,
])
_("text", """a
  c""")
_("学习率", 0.2)
_("call", f(
    2,
))
_("esc", "[32m")
_("a_name_that_is_rather_long_and_pushes_its_place_away_from_the_column_of_places", 1)
