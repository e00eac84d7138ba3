from hpman.m import hp as h, _

h('depth')
_('depth', 1)
