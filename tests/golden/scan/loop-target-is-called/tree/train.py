for _("buffer", [0])[0] in range(3):
    pass
