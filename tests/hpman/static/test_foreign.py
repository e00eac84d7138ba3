"""Names that a module imports from elsewhere under another original name."""

from __future__ import annotations

import pytest

from hpman.static.foreign import imports_foreign

FOREIGN = {
    "alone": "from gettext import gettext as _",
    "below other statements": "'''Doc.'''\nimport os\n\nfrom gettext import gettext as _\n",
    "carriage returns": "import os\r\nfrom gettext import gettext as _\r\n",
    "among others": "from django.utils import x, gettext_lazy as _, y",
    "relative": "from ..text import translate as _",
    "in a try": "try:\n    from gettext import gettext as _\nexcept ImportError:\n    _ = str\n",
    "above what is no Python": "from gettext import gettext as _\nx = (",
    "above other imports": "from gettext import gettext as _\nfrom x import (a, b)\nimport c",
    "other letters": "# é\nfrom gettext import gettext as _",
}
NOT_FOREIGN = {
    "same name": "from common import _",
    "same name twice": "from common import _ as _",
    "another name": "from x import y as _z",
    "another name, not ASCII": "from x import y as _é",
    "string": "'''\nfrom gettext import gettext as _\n'''",
    "comment": "# from gettext import gettext as _",
    "below what is no Python": "x = (\nfrom gettext import gettext as _\n",
    "function": "def f():\n    from gettext import gettext as _\n",
    "no text": "'\udcff'\nfrom gettext import gettext as _",
    "same name below": "from gettext import gettext as _\ndef f():\n    from common import _\n",
    "module of that name": "from gettext import gettext as _\nimport x, _\n",
    "package of that name": "from gettext import gettext as _\nimport _.x\n",
    "same name in brackets": "from gettext import gettext as _\nfrom x import (a, # )\n  _)\n",
    "same name over lines": "from gettext import gettext as _\nfrom x import \\\n  a, _\n",
    "same name in brackets over lines": (
        "from gettext import gettext as _\nfrom x import \\\r\n (a,\n  _)\n"
    ),
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_an_import_from_elsewhere_is_told(text: str) -> None:
    assert imports_foreign(text.encode(), b"_")


@pytest.mark.parametrize("text", NOT_FOREIGN.values(), ids=NOT_FOREIGN)
def test_what_may_be_ours_is_not_foreign(text: str) -> None:
    assert not imports_foreign(text.encode(errors="surrogateescape"), b"_")
