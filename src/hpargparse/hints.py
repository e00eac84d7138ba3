"""Which hints of a hyperparameter are read here, and which of them say what about its values.

Owns their names and nothing else: what one of them means is known to who reads it.
"""

from __future__ import annotations

LIMITING = frozenset(["choices", "range"])  # say which values are taken, of a dict as a whole
CHECKED_BY = LIMITING | {"type"}  # values are checked by them: each of them may be malformed
READ_BY = CHECKED_BY | {"optional"}  # words are read by them: without them as Python does
KNOWN = READ_BY | {"group", "help", "metavar", "required"}  # all; others are for other tools
