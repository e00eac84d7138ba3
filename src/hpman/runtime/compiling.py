"""The call of a manager while `torch.compile` traces it.

Owns what such a call may do: neither take a lock nor look at frames.
"""

from __future__ import annotations

import sys

from ..errors import EMPTY
from .tree import copied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .store import View


def value_while_compiling(view: View, name: str, default: Any) -> Any:
    """Return the value of a name if its default is the latest one, else `EMPTY`.

    It is `EMPTY` too if nothing is traced.
    """
    torch = sys.modules.get("torch")
    if torch is None or not torch.compiler.is_compiling():
        return EMPTY
    ranked = view.ranked
    latest = ranked.calls[name] if name in ranked.calls else ranked.defaults.get(name, EMPTY)
    if type(latest) is not type(default) or latest != default:
        return EMPTY
    view.reads.add(name)
    return copied(ranked.resolved[name])
