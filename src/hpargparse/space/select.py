"""Select what a sweep searches, from hints and the command line.

Owns which hyperparameters are searched or fixed, and why. Must not know how the command line
is parsed, or how a sweep runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

from hpman import (
    Diagnostic,
    EmptyValue,
    Frozen,
    HpmanError,
    HyperParameter,
    Index,
    NotLiteralEvaluable,
)
from hpman.names import SCOPE, advice as suggest, scoped_names, split_scope
from hpman.text import display_path, truncate

from ..errors import SpaceError
from ..values.convert import Converter
from .hints import (
    condition_faults,
    conditions,
    hinted_domain,
    is_hinted,
    opt_in,
    space_faults,
)
from .space import Axis, Interval, Space, Values, default_of
from .spec import parse_spec

_MOST_CASES = 1000  # values of a hyperparameter that conditions are about
_SHOWN = 20  # names in a message


class Request(Frozen):
    """What the command line says about the space."""

    __slots__ = ()
    # Names with their values, such as `depth=2,4`, or alone for those of the hints.
    sweep: tuple[str, ...] = ()
    zipped: tuple[str, ...] = ()  # names that change together, such as `lr,wd`
    fixed: tuple[str, ...] = ()  # names that are not searched
    all_hinted: bool = False  # whether all that have a space by their hints are searched


class Fixed(Frozen):
    """A hyperparameter that is not searched."""

    __slots__ = ()
    hp: HyperParameter  # the hyperparameter
    reason: str  # why it is not searched
    has_space: bool  # whether its hints or its type describe a space


class Selection(Frozen):
    """What a sweep searches, and what it does not."""

    __slots__ = ()
    space: Space  # the space
    # The hyperparameters of the program that are not searched, in source order.
    fixed: tuple[Fixed, ...]
    notes: tuple[str, ...]  # sentences about old names on the command line


def select(index: Index, request: Request) -> Selection:
    """Select what a sweep of a program searches.

    Raises:
        SpaceError: if the hints or the command line are wrong, with all problems; or if
            nothing is selected.

    >>> from hpman import HyperParameterManager
    >>> manager = HyperParameterManager("_").parse_source('_("lr", 0.1); _("depth", 2)')
    >>> select(manager.index, Request(("depth=2,4",))).space.size
    2
    """
    selector = _Selector(index)
    selector.read_command_line(request)
    selector.read_hints(all_hinted=request.all_hinted)
    zipped = selector.read_zips(request.zipped)
    selector.raise_problems()
    selector.settle_conditions()
    selector.raise_problems()
    fixed = tuple(selector.fixed())
    if not selector.axes:
        raise SpaceError(_nothing_selected(fixed))
    missing = [_required(line.hp) for line in fixed if line.hp.hints.get("required")]
    if missing:
        raise SpaceError(*missing)
    return Selection(Space(selector.axes.values(), zipped), fixed, tuple(selector.notes))


class _Selector:
    def __init__(self, index: Index) -> None:
        self.axes: dict[str, Axis] = {}
        self.notes: list[str] = []
        self._problems: list[Diagnostic] = []
        self._reasons: dict[str, str] = {}  # why names are not searched
        self._separator = index.separator
        self._by_name: dict[str, HyperParameter] = {}
        self._scopes: dict[str, frozenset[str] | None] = {}  # the scopes of its manager, by name
        self._names: dict[str, str] = {}  # by its spelling as an option, also of old names
        for placeholder in sorted(index.placeholders()):
            hps = {hp.name: hp for hp in index.hyperparameters(placeholder)}
            self._by_name |= hps
            self._scopes |= dict.fromkeys(hps, index.scopes(placeholder))
            old = index.renamed(placeholder)
            self._names = {_option(name): new for name, new in old.items()} | self._names
        self._names |= {_option(name): name for name in self._by_name}

    def raise_problems(self) -> None:
        """Raise an error with all problems so far, if there are any."""
        if self._problems:
            raise SpaceError(*{(p.place, p.message): p for p in self._problems}.values())

    def read_command_line(self, request: Request) -> None:
        """Add the axes that `--sweep` names, and note what `--fix` names."""
        for item in request.fixed:
            if resolved := self._resolve(f"--fix {item}", item):
                self._reasons[resolved[0]] = "--fix"
        for item in request.sweep:
            typed, equals, spec = item.partition("=")
            resolved = self._resolve(f"--sweep {item}", typed)
            if resolved is None:
                continue
            name, plain = resolved
            if name in self.axes or name in self._reasons:
                other = self._reasons.get(name, "another --sweep")
                problem = f"`{name}` is named by {other}, too."
                self._add_problem(f"--sweep {item}", problem, "Remove one of the two.")
            else:
                self._add_axis(name, plain, "--sweep", spec if equals else None)

    def read_hints(self, *, all_hinted: bool) -> None:
        """Add the axes that hints select, unless the command line has settled them."""
        for name, hp in self._by_name.items():
            if name not in self.axes and name not in self._reasons:
                if hint := opt_in(hp.hints):
                    self._add_axis(name, name, f"hint {hint}", None)
                elif all_hinted and is_hinted(hp.hints):
                    self._add_axis(name, name, "--all-hinted", None)
                elif hp.hints.get("search") is False:
                    self._reasons[name] = "hint search"

    def read_zips(self, groups: Iterable[str]) -> list[tuple[str, ...]]:
        """Return the groups of axes that change together."""
        zipped: list[tuple[str, ...]] = []
        for item in groups:
            typed = [item] if "=" in item else item.split(",")
            resolved = [self._resolve(f"--zip {item}", name) for name in typed]
            names = tuple(pair[0] for pair in resolved if pair is not None)
            axes = [self.axes[name] for name in names if name in self.axes]
            if len(axes) < len(resolved) and self._problems:  # they say why
                continue
            sizes = [axis.domain.size for axis in axes]
            problem = ""
            if len(axes) < len(names):
                problem = "all of these must be searched: add them to `--sweep`."
            elif len({*names}) < max(2, len(names)) or {*names} & {n for g in zipped for n in g}:
                problem = "a group has two names or more, and a name is in one group."
            elif any(self._conditions_of(axis) for axis in axes):
                problem = "one of these has the hint `when`."
            elif None in sizes or len({*sizes}) > 1:
                counts = ", ".join("no end" if size is None else str(size) for size in sizes)
                problem = f"the numbers of their values differ: {counts}."
            if problem:
                advice = "Write names with as many values each, such as `--zip lr,wd`."
                self._add_problem(f"--zip {item}", problem, advice)
            zipped.append(names)
        return zipped

    def settle_conditions(self) -> None:
        """Make the hints `when` conditions of axes; leave axes out that they exclude."""
        owners = {axis.converter.name for axis in self.axes.values()}
        faults = [*condition_faults(self._by_name)]
        self._problems += [fault for fault in faults if fault.name in owners]
        self.raise_problems()
        selected = [*self.axes]
        for name in selected:
            self._settle(name, selected)

    def fixed(self) -> Iterator[Fixed]:
        """Yield the hyperparameters that are not searched."""
        for name, hp in self._by_name.items():
            if name not in self.axes:
                has_space = False
                with suppress(HpmanError):
                    has_space = hinted_domain(Converter.of(hp)) is not None
                yield Fixed(hp, self._reasons.get(name, ""), has_space)

    def _resolve(self, item: str, typed: str) -> tuple[str, str] | None:
        """Return a name after its scope, and without it; None, and add a problem, if unknown."""
        typed = typed.strip().removeprefix("--")
        scope, plain = split_scope(
            typed, lambda name: _option(name) in self._names, self._separator
        )
        name = plain if plain in self._by_name else self._names.get(_option(plain))
        if name is None:
            near = suggest(typed, self._by_name) if self._by_name else "the program has none"
            if "=" in typed:
                near = f"Only --sweep takes values: `--sweep {typed}`."
            elif not typed[:1].isidentifier():  # a value
                near = "Write lists without blanks, such as `lr=0.1,0.3`."
            self._add_problem(item, f"there is no hyperparameter `{typed}`.", near)
            return None
        if _option(name) != _option(plain):
            self.notes.append(f"`{plain}` is an old name of `{name}`")
        scopes = self._scopes[name]
        spelled = {_option(part): part for part in sorted(scopes or ())}
        parts = [spelled.get(_option(part), part) for part in scope.split(SCOPE) if scope]
        for part in parts:
            if scopes is not None and part not in scopes:
                near = suggest(part, sorted(scopes)) if scopes else "the program opens none"
                self._add_problem(item, f"no source opens the scope `{part}`.", near)
                return None
        return SCOPE.join((*parts, name)), name

    def _add_axis(self, name: str, plain: str, why: str, spec: str | None) -> None:
        """Add an axis with the values of a specification, or those of the hints."""
        hp = self._by_name[plain]
        converter, option = Converter.of(hp), f"{why} {name}"
        domain: Values | Interval | None = None
        try:
            if spec is not None:
                option += f"={spec}"
                domain = parse_spec(spec, converter)
            elif faults := [*space_faults(hp)]:
                self._problems += faults
                return
            else:
                domain = hinted_domain(converter)
        except HpmanError as error:
            for found in error.diagnostics:
                self._add_problem(option, found.message, found.advice)
            return
        if domain is None and why != "--all-hinted":
            problem = f"the hints of `{plain}`{_at(hp)} describe no values to search."
            advice = f"Write values, such as `--sweep {name}=1,2`, or add the hint `choices`."
            self._add_problem(option, problem, advice)
        if domain is not None:
            self.axes[name] = Axis(name, domain, converter, why, (), hp.definition)

    def _conditions_of(self, axis: Axis) -> dict[str, tuple[object, ...]]:
        return conditions(self._by_name[axis.converter.name].hints)

    def _settle(self, name: str, selected: Collection[str]) -> None:
        """Settle the conditions of an axis, after those of the axes that they are about."""
        axis = self.axes.get(name)
        if axis is None or axis.conditions:
            return
        scope = name[: -len(axis.converter.name)].rstrip(SCOPE)
        settled = []
        for parent, wanted in self._conditions_of(axis).items():
            hp, converter = self._by_name[parent], Converter.of(self._by_name[parent])
            accepted = Values(tuple(converter.check(value) for value in wanted))
            inner = [n for n in reversed(scoped_names(scope, parent)) if n in selected]
            if inner:
                self._settle(inner[0], selected)
            if inner and inner[0] in self.axes:
                settled.append((inner[0], accepted.values))
                size = self.axes[inner[0]].domain.size
                if size is None or size > _MOST_CASES:
                    problem = f"`when` is about `{inner[0]}`, which has too many values."
                    advice = f"List at most {_MOST_CASES} values: `--sweep {inner[0]}=...`."
                    self._add_problem(name, problem, advice)
                continue
            default = default_of(converter)
            if isinstance(default, (EmptyValue, NotLiteralEvaluable)):
                problem = f"the default of `{parent}`{_at(hp)} is unknown, but `when` is about it."
                self._add_problem(name, problem, f"Search `{parent}` too, or `--fix {name}`.")
            elif inner or not accepted.contains(default):
                self._reasons[name] = f"only if {parent} is {accepted}"
                del self.axes[name]
                return
        if settled:
            self.axes[name] = axis.replace(conditions=tuple(settled))

    def _add_problem(self, item: str, problem: str, advice: str) -> None:
        if advice:
            advice = f"{advice[0].upper()}{advice[1:]}{'' if advice[-1] in '.?' else '.'}"
        self._problems.append(Diagnostic("sweep", f"{truncate(item)}: {problem}", advice))


def _option(name: str) -> str:
    return name.replace("_", "-")


def _nothing_selected(fixed: tuple[Fixed, ...]) -> Diagnostic:
    """Return the error for a program in which nothing is searched."""
    if not fixed:
        advice = 'Write values to search as `_("lr", 0.1)`, after `from hpman.m import _`.'
        return Diagnostic("sweep", "The program has no hyperparameters.", advice)
    reasons = [f"`{line.hp.name}` ({line.reason})" for line in fixed if line.reason]
    hps = [line.hp for line in fixed if line.has_space and not line.reason]
    message = "Nothing is searched: no hint `search` or `scale`, and no `--sweep`."
    if reasons:
        message = f"Nothing is searched, because of {', '.join(reasons[:_SHOWN])}."
    if not hps:
        advice = (
            f"Name hyperparameters with their values, such as `--sweep {fixed[0].hp.name}=...`."
        )
        return Diagnostic("sweep", message, advice)
    shown = ", ".join(f"`{hp.name}`{_at(hp)}" for hp in hps[:_SHOWN])
    more = f" and {len(hps) - _SHOWN} more" if len(hps) > _SHOWN else ""
    advice = (
        f"These have a space: {shown}{more}. Name some, such as `--sweep {hps[0].name}`, or use"
        " `--all-hinted`."
    )
    return Diagnostic("sweep", message, advice)


def _required(hp: HyperParameter) -> Diagnostic:
    message = f"`{hp.name}`{_at(hp)} is required, and has no value."
    return Diagnostic("sweep", message, f"Give it one, or several: `--sweep {hp.name}=...`.")


def _at(hp: HyperParameter) -> str:
    call = hp.definition or hp.occurrences[0]
    return f" ({display_path(call.place)})"
