"""How many values a pickle stands for, and how deep, before any is built.

Owns the reckoning over its opcodes; builds nothing and knows not which
values are plain.
"""

from __future__ import annotations

import pickletools

from .value_limits import DEPTH_LIMIT, NODE_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    _Size: TypeAlias = tuple[int, int]  # how many values, how many levels

MEMO_OPCODES = ("PUT", "BINPUT", "LONG_BINPUT")
_FETCHING = ("GET", "BINGET", "LONG_BINGET")
_GROWING = ("APPEND", "APPENDS", "SETITEM", "SETITEMS", "ADDITEMS")
# In old protocols a set is made by a call, of a tuple, of a list: each is a level of its own here.
_LEVELS = 4 * DEPTH_LIMIT
_NOTHING = 0, 0


class Sizes:
    r"""Follow the stack of a pickle with sizes in the place of values.

    A key is hashed as soon as it is put into a dict or a set. So one that is nested
    without end, or that stands for 2**60 values, must be seen before it is built:
    hashing would overflow the stack of C, or never end.

    Attributes:
        problem: a clause on what is too large, None while nothing is.

    >>> sizes = Sizes()
    >>> for opcode, argument, _ in pickletools.genops(b")" + 2000 * b"\x85" + b"."):
    ...     sizes.follow(opcode, argument)
    >>> sizes.problem
    'is nested deeper than 250 levels'
    """

    def __init__(self) -> None:
        """Begin with an empty stack."""
        self.problem: str | None = None
        self._stack: list[_Size | None] = []  # None is a mark
        self._memo: dict[int, _Size] = {}
        self._fetched = 0

    def follow(self, opcode: pickletools.OpcodeInfo, argument: object) -> None:
        """Do to the sizes what an opcode does to the values.

        Args:
            opcode: the opcode.
            argument: what stands behind it.

        Raises:
            IndexError: there is not enough on the stack.
        """
        if opcode.name in _FETCHING:
            self._fetch(self._memo.get(int(str(argument)), _NOTHING))
        elif opcode.name == "DUP":
            self._fetch(self._stack[-1] or _NOTHING)
        elif opcode.name in MEMO_OPCODES:
            self._memo[int(str(argument))] = self._stack[-1] or _NOTHING
        elif opcode.name == "MEMOIZE":
            self._memo[len(self._memo)] = self._stack[-1] or _NOTHING
        else:
            made = self._combined(self._taken(opcode), is_grown=opcode.name in _GROWING)
            for kind in opcode.stack_after:
                self._stack.append(None if kind is pickletools.markobject else made)

    def _fetch(self, size: _Size) -> None:
        """Put something on the stack that is used elsewhere, too."""
        self._fetched += size[0]
        if self._fetched > NODE_LIMIT:
            self.problem = f"stands for more than {NODE_LIMIT} values"
        self._stack.append(size)

    def _taken(self, opcode: pickletools.OpcodeInfo) -> list[_Size]:
        """Take from the stack what an opcode takes, the last one first."""
        taken: list[_Size] = []
        single = opcode.stack_before
        if pickletools.markobject in single:
            while (size := self._stack.pop()) is not None:
                taken.append(size)
            single = single[: single.index(pickletools.markobject)]
        taken += [self._stack.pop() or _NOTHING for _each in single]
        return taken

    def _combined(self, parts: list[_Size], *, is_grown: bool) -> _Size:
        """Return the size of what is made of parts, or of the last one with the others in it."""
        values = sum(size[0] for size in parts)
        levels = max((size[1] for size in (parts[:-1] if is_grown else parts)), default=0) + 1
        if is_grown:
            return values, max(levels, parts[-1][1])
        if levels > _LEVELS:
            self.problem = f"is nested deeper than {DEPTH_LIMIT} levels"
        return values + 1, levels
