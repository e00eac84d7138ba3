from hpman.m import _

_("lr", 2)  # noqa: HPM201
