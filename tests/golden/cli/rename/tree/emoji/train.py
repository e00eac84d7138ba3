from hpman.m import _

print("🚀", _("opt.name", "sgd"), "→", _("opt.lr", 0.1))
_("opt.extra", {"opt": {"name": 1}})
with _.override(opt=1) if False else _.scope("opt"):
    print(f"🚀 {_('opt.lr')} of {_.get_tree('opt')}")
for key in ("opt.name", "opt.lr"):
    print(key, _.get_value(key))
