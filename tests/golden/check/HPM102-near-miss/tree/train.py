from hpman.m import _

_('lr', 1e-3)
_(r"""wd""", 0)
_("batch"
  "_size", 4)
