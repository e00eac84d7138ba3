"""A model that reads hyperparameters in `forward` compiles; `nox -s torch` installs torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hpman import HyperParameterManager

if TYPE_CHECKING:
    from collections.abc import Callable

torch: Any = pytest.importorskip("torch", reason="of `nox -s torch`")
pytestmark = pytest.mark.filterwarnings("default")  # torch warns about itself

SOURCE = """
def forward(x):
    x = x * _("scale", 2.0) + _("layers", [1, 2])[0] + len(_("name", "abc")) + _("pair", (1, 2))[1]
    return x if _("flag", True) else -x
"""


@pytest.fixture
def manager() -> HyperParameterManager:
    return HyperParameterManager("_").parse_source(SOURCE)


@pytest.fixture
def forward(manager: HyperParameterManager) -> Callable[[Any], Any]:
    names: dict[str, Any] = {"_": manager}
    exec(compile(SOURCE, "model.py", "exec"), names)
    function: Callable[[Any], Any] = names["forward"]
    return function


def test_a_forward_compiles_whole_and_follows_what_is_set(
    manager: HyperParameterManager, forward: Callable[[Any], Any]
) -> None:
    compiled = torch.compile(forward, fullgraph=True, backend="eager")
    x = torch.ones(2)
    assert compiled(x).tolist() == [8.0, 8.0]
    manager.set_values({"scale": 3.0, "flag": False, "layers": [5, 6]})
    assert compiled(x).tolist() == forward(x).tolist() == [-13.0, -13.0]
    assert manager.unused() == []
    with manager.override(scale=7.0):
        assert compiled(x).tolist() == forward(x).tolist() == [-17.0, -17.0]
    assert compiled(x).tolist() == [-13.0, -13.0]
