"""One call of a manager in a source text."""

from __future__ import annotations

import pickle

from hpman.errors import EMPTY
from hpman.occurrence import Occurrence
from hpman.text import Source

SOURCE = Source("a.py", 'x = _("a",\n  1) + 1\n')
DEFINITION = Occurrence("_", "a", 1, {}, "1", SOURCE, 1, 5, 2, 5)
USE = DEFINITION.replace(value=EMPTY, text=None)


def test_a_definition_carries_a_default() -> None:
    assert DEFINITION.is_definition
    assert not USE.is_definition


def test_an_occurrence_knows_its_path_and_its_text() -> None:
    assert DEFINITION.path == "a.py"
    assert DEFINITION.call == '_("a",\n  1)'


def test_an_occurrence_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(USE)) == USE
