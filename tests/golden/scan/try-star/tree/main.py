try: pass
except* _("a", 1) as e: _("b", 2)
