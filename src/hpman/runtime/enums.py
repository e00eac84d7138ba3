"""Members of an Enum, in place of the text or value that stands for them.

Owns how a value becomes a member; must not know when it is read.
"""

from __future__ import annotations

from .explanation import latest_origin
from .origin import brief

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .precedence import RankedValues

_PLAIN = (str, bytes, bool, int, float, complex, tuple)  # what a file or an option may give


def as_member(ranked: RankedValues, name: str) -> Any:
    """Return the value of a name whose calls give a member of an Enum as the default."""
    value, kind = ranked.resolved[name], type(ranked.calls[name])
    if isinstance(value, kind) or type(value) not in _PLAIN:  # the program has set it
        return value
    members: dict[object, Any] = dict(kind.__members__)
    if value in members:
        return members[value]
    try:
        return kind(value)
    except ValueError:
        origin = latest_origin(ranked, name)
        place = f" ({origin})" if origin else ""
        raise ValueError(
            f"`{name}` is {brief(value)}{place}, which is not a member of {kind.__name__}. "
            f"Use one of {', '.join(map(str, members))}."
        ) from None
