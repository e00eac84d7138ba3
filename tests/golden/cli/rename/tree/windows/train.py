from hpman.m import _

BATCH = _(
    "batch" "_size",
    32,
    type="int",
)
print(f"{_('batch_size')} a step, {_.get_value('batch_size')!r:>8}")
