# coding: klingon
_('a', 1)  # noqa
