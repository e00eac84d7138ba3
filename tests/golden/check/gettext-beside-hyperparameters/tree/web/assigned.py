_ = str
print(_("Hello"), _(name))
