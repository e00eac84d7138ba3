"""JSON documents for programs."""

from __future__ import annotations

import json

from hpargparse.cli.output import json_text


def test_text_is_left_as_it_is() -> None:
    assert '"größe 世界"' in json_text(["größe 世界"])


def test_what_utf_8_cannot_hold_is_escaped_so_that_json_reads_it_back() -> None:
    shown = json_text({"path": "\udcff\n.py"})
    assert shown.encode("utf-8") == b'{\n  "path": "\\udcff\\n.py"\n}\n'
    assert json.loads(shown) == {"path": "\udcff\n.py"}
