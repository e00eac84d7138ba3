"""Widgets made from ranges, choices and types, with the real ipywidgets."""

from __future__ import annotations

from typing import Any

import pytest

from hpman import HyperParameterManager

pytest.importorskip("ipywidgets")
from hpargparse.kernel.panel import panel

SOURCE = """
_("lr", 1e-3, range=(1e-5, 1), help="rate")
_("momentum", 0.9, range=(0, 1))
_("depth", 3, range=(1, 9))
_("open", 3, range=(1, None))
_("width", 1.5)
_("opt", "adam", choices=["adam", "sgd"])
_("fast", True)
_("name", "x")
_("sizes", [1, 2])
_("maybe", None)
_("used")
_("unset", None, choices=["a", "b"])
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_panel_sets_values() -> None:
    manager = HyperParameterManager("_").parse_source(SOURCE)
    box = panel([(manager, row) for row in manager.hyperparameters()])
    widgets: dict[str, Any] = {row.children[0].description: row.children for row in box.children}
    kinds = {name: type(row[0]).__name__ for name, row in widgets.items()}
    assert kinds == {
        "lr": "FloatLogSlider", "momentum": "FloatSlider", "depth": "IntSlider",
        "open": "IntText", "width": "FloatText", "opt": "Dropdown", "fast": "Checkbox",
        "name": "Text", "sizes": "Text", "maybe": "Text", "used": "Text",
        "unset": "Text",
    }  # fmt: skip
    new: dict[str, Any] = {
        "lr": 0.1, "momentum": 0.5, "depth": 5, "open": 7, "width": 2.5, "opt": "sgd",
        "fast": False, "name": "it's", "sizes": "[3]", "maybe": "4", "used": "5",
        "unset": "b",
    }  # fmt: skip
    for name, value in new.items():
        widgets[name][0].value = value
    assert manager.get_values() == {**new, "sizes": [3], "maybe": 4, "used": 5}
    assert str(manager.explain("lr")).splitlines()[-1] == "panel"
    widgets["open"][0].value = 0
    assert "expected a value of at least 1" in widgets["open"][1].value
    assert manager("open") == 7
    widgets["open"][0].value = 8
    assert (widgets["open"][1].value, manager("open")) == ("", 8)
