from hpman.m import _


def loss(sample):
    weight = _("model.weight", 0.5, help="what a sample is multiplied by")
    return abs(_("target") - weight * sample)
