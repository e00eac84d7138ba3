"""Names in a file that no hyperparameter has, and what they may have been meant for.

Owns which hyperparameter is suggested: one that is near by name and accepts the value.
Must not know how files are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from hpman import show_literal
from hpman.names import SCOPE, ancestors, closest, respell_scope
from hpman.text import truncate

from ..errors import SnapshotError
from ..values.convert import Converter
from .flatten import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .load_save import Converters

MOST_SUGGESTIONS = 100  # for a file: each search costs milliseconds
_NEAR = 5  # names that are tried with the value
_SHOWN_NAMES = 5


class UnknownNameError(SnapshotError):
    """Report a name that no hyperparameter has."""


class UnknownNames:
    """Word the errors about the unknown names of one file."""

    def __init__(self, path: str, converters: Converters) -> None:
        self._path = path
        self._converters = converters
        self._separator = converters.separator
        self._by_name = {**converters.renamed, **converters}
        self._suggestions = 0

    def of_names(self, entries: Iterable[Entry]) -> Iterator[UnknownNameError]:
        """Yield an error for each name, or one for all below a branch that does not exist."""
        names = {*self._converters}
        names.update(above for name in [*names] for above in ancestors(name, self._separator))
        groups: dict[str, list[Entry]] = {}
        for entry in entries:
            above = ancestors(entry.name, self._separator)
            lost = next((branch for branch in above if branch not in names), entry.name)
            groups.setdefault(lost, []).append(entry)
        for lost, group in groups.items():
            is_group = len(group) > 1 and not self._scoped(group[0].name)
            moved = self._moved(lost, group) if is_group else None
            if moved is not None:
                yield moved
            else:
                yield from map(self._of_name, group)

    def of_key(
        self,
        entry: Entry,
        owner: str,
        keys: Sequence[str],
        converter_of: Callable[[str], Converter],
    ) -> UnknownNameError:
        """Return the error for a key that the dict default of a hyperparameter lacks."""
        prefix = f"{owner}{self._separator}"
        key = entry.name[len(prefix) :]
        near = self._near(key, keys, entry.value, converter_of)
        some = ", ".join(f"`{name}`" for name in keys[:_SHOWN_NAMES])
        return self._unknown(
            [entry],
            f"the default of `{owner}` has no key `{key}` to set to {_show(entry)}.",
            f"Did you mean `{prefix}{near}`?" if near else f"Its keys include {some}.",
        )

    def _of_name(self, entry: Entry) -> UnknownNameError:
        scope, plain = self._converters.split_scope(entry.name)
        if scope:
            return self._in_scope(entry, scope, plain)
        near = self._near(entry.name, self._by_name, entry.value, self._by_name.__getitem__)
        near = near and self._by_name[near].name
        well_formed = SCOPE.join(filter(None, entry.name.split(SCOPE)))
        near = well_formed if well_formed in self._converters else near
        near = self._scoped(entry.name) or near
        advice = f"Did you mean `{near}`?" if near else "Was the source that uses it parsed?"
        if well_formed in (self._converters.scopes or ()):
            advice = f"It is a scope, so write `{well_formed}{SCOPE}NAME`."
        message = f"there is no hyperparameter `{entry.name}` to set to {_show(entry)}."
        return self._unknown([entry], message, advice)

    def _scoped(self, name: str) -> str | None:
        """Return the name in a scope that was written as if the scope were a branch."""
        scopes = self._converters.scopes or ()
        return respell_scope(name, scopes, self._converters.__contains__, self._separator)

    def _in_scope(self, entry: Entry, scope: str, plain: str) -> UnknownNameError:
        unknown = self._converters.unknown_scope(scope)
        if unknown is not None:
            scopes = sorted(self._converters.scopes or ())
            near = closest(unknown, scopes)
            shown = ", ".join(f"`{name}`" for name in scopes[:_SHOWN_NAMES])
            return self._unknown(
                [entry],
                f"no source opens the scope `{unknown}` of `{entry.name}` ({_show(entry)}).",
                f"Did you mean `{near[0]}`?" if near else f"Scopes: {shown or 'none'}.",
            )
        near_name = self._near(plain, self._converters, entry.value, self._converters.__getitem__)
        return self._unknown(
            [entry],
            f"`{entry.name}` ({_show(entry)}): there is no hyperparameter `{plain}`.",
            f"Did you mean `{scope}{SCOPE}{near_name}`?" if near_name else "Remove it.",
        )

    def _near(
        self,
        name: str,
        candidates: Iterable[str],
        value: object,
        converter_of: Callable[[str], Converter],
    ) -> str | None:
        self._suggestions += 1
        if self._suggestions > MOST_SUGGESTIONS:
            return None
        near = closest(name, candidates, _NEAR, separator=self._separator)
        return next((other for other in near if _accepts(converter_of(other), value)), None)

    def _moved(self, lost: str, entries: Sequence[Entry]) -> UnknownNameError | None:
        """Return the error for names that all have hyperparameters below another branch."""
        self._suggestions += 1
        if self._suggestions > MOST_SUGGESTIONS:
            return None
        old = f"{lost}{self._separator}"
        values = {entry.name[len(old) :]: entry.value for entry in entries}
        branches: Counter[str] = Counter()
        for name, converter in self._converters.items():
            above = [f"{branch}{self._separator}" for branch in ancestors(name, self._separator)]
            for branch in ("", *above):
                rest = name[len(branch) :]
                if rest in values and _accepts(converter, values[rest]):
                    branches[branch] += 1
        fitting = [branch for branch, count in branches.items() if count == len(entries)]
        if not fitting:
            return None
        new = (closest(old, fitting, separator=self._separator) or fitting)[0]
        shown = ", ".join(f"`{entry.name}` ({_show(entry)})" for entry in entries[:_SHOWN_NAMES])
        more = f" and {len(entries) - _SHOWN_NAMES} more" if len(entries) > _SHOWN_NAMES else ""
        return self._unknown(
            entries,
            f"there is nothing below `{old}`: {shown}{more}.",
            f"Is `{old}` now `{new}`?" if new else f"Did you mean the names without `{old}`?",
        )

    def _unknown(self, entries: Sequence[Entry], message: str, advice: str) -> UnknownNameError:
        first = entries[0]
        return UnknownNameError.at(self._path, first.line, message, advice, name=first.name)


def _accepts(converter: Converter, value: object) -> bool:
    try:
        converter.check(value)
    except ValueError:
        return False
    return True


def _show(entry: Entry) -> str:
    return truncate(show_literal(entry.value))
