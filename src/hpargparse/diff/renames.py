"""Hyperparameters that are gone and others that have come: which are likely one?

Owns how alike two have to be in name and place; knows no other change.
"""

from __future__ import annotations

from itertools import islice

from hpman.suggest import similarity

from .facts import fingerprint, identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .facts import Fact

_ALIKE = 0.6  # of 1: `dropout` and `drop_rate` are 0.63, `lr` and `rate` 0.33
_OTHER_BRANCH = 0.8  # how alike `dropout` and `model.dropout` are at least
_NEAR = 3  # lines: what stands as near may have taken the place of what is gone
_SAME_FILE = 0.2  # what a file that is the same adds to how alike two are
_MARGIN = 0.01  # by which the best match has to be better than the next
_MOST = 10_000  # pairs of one default; with more, there is nothing to tell them apart by


def likely_renames(gone: Iterable[Fact], come: Iterable[Fact]) -> list[tuple[Fact, Fact]]:
    """Pair what is gone with what has come, where it is likely the same under a new name.

    Both have to have the same default and the same hints; beside that, their names
    have to be alike, or one has to stand where the other stood. What could as well be
    paired with another stays unpaired.

    Args:
        gone: what only the old side has.
        come: what only the new side has.

    Returns:
        Pairs of old and new, each fact in at most one.
    """
    groups: dict[tuple[object, ...], tuple[list[Fact], list[Fact]]] = {}
    for side, found in enumerate((gone, come)):
        for each in found:
            if each.text is not None:
                groups.setdefault(_look(each), ([], []))[side].append(each)
    pairs = []
    for old, new in groups.values():
        if old and new and len(old) * len(new) <= _MOST:
            pairs += _best(old, new)
    return pairs


def _look(fact: Fact) -> tuple[object, ...]:
    """Return what two facts have to share."""
    return fact.placeholder, fingerprint(fact), None if fact.hints is None else identity(fact.hints)


def _best(old: list[Fact], new: list[Fact]) -> list[tuple[Fact, Fact]]:
    """Pair facts one to one, the most alike first, and none that could be another's."""
    scores = [
        (score, row, column)
        for row, one in enumerate(old)
        for column, other in enumerate(new)
        if (score := _score(one, other)) > 0
    ]
    scores.sort(key=lambda each: (-each[0], each[1], each[2]))
    rows: set[int] = set()
    columns: set[int] = set()
    pairs = []
    for position, (score, row, column) in enumerate(scores):
        if row in rows or column in columns:
            continue
        rivals = [(row, column)]
        for other, row_too, column_too in islice(scores, position + 1, None):
            if other <= score - _MARGIN:
                break
            is_free = row_too not in rows and column_too not in columns
            if is_free and (row_too == row or column_too == column):
                rivals.append((row_too, column_too))
        if len(rivals) == 1:
            pairs.append((old[row], new[column]))
        rows.update(each for each, _column in rivals)
        columns.update(each for _row, each in rivals)
    return pairs


def _score(old: Fact, new: Fact) -> float:
    """Tell how likely two facts with the same default are one; 0 where they are not."""
    score = _likeness(old.name, new.name)
    distance = _NEAR + 1
    is_same_file = old.file is not None and old.file == new.file
    if is_same_file:
        distance = min(distance, abs((old.place.line or 0) - (new.place.line or 0)))
    if score < _ALIKE and (distance > _NEAR or (_is_common(old) and not old.hints)):
        return 0
    return score + _SAME_FILE * (is_same_file + 1 - distance / (_NEAR + 1))


def _likeness(old: str, new: str) -> float:
    """Tell how alike two names are; one that only moves to another branch keeps its last part."""
    branch_moves = old.rpartition(".")[2] == new.rpartition(".")[2]
    least = 0 if branch_moves else _ALIKE
    return max(similarity(old, new, least), branch_moves * _OTHER_BRANCH)


def _is_common(fact: Fact) -> bool:
    """Tell whether a default is one that many hyperparameters have."""
    return not fact.value or fact.value in (1, -1)
