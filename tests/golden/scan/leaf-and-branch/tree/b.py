_("model.depth", 2)
_("model.width")
