from flask_babel import _

print(_("Hello %(name)s", name=user.name))
