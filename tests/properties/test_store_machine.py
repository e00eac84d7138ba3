"""The store against plain dictionaries for each block, over every operation."""

from __future__ import annotations

import contextvars
import pickle
from typing import Any

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hpman.errors import EMPTY, ImpossibleTree, NotLiteralEvaluable
from hpman.runtime.explanation import explain
from hpman.runtime.origin import Origin
from hpman.runtime.overrides import override, scope
from hpman.runtime.store import Store

DEFERRED = NotLiteralEvaluable(expression="LR / 10")
MARK = "__is_dict__"

parts = st.sampled_from("abc")
names = st.lists(parts, min_size=1, max_size=3).map(".".join)
scalars = st.none() | st.integers(0, 3) | st.just(True)
keys = parts | st.sampled_from([1, "a.b", MARK])
values: st.SearchStrategy[Any] = st.recursive(
    scalars | st.just({}), lambda inner: st.dictionaries(keys, inner, max_size=3), max_leaves=4
)
defaults = values | st.sampled_from([EMPTY, DEFERRED])
trees = st.dictionaries(parts | st.sampled_from(["a.b"]), values, max_size=3)


class Misfit(Exception):
    """The naive tree has no place for a name."""


def is_below(name: str, above: str) -> bool:
    return name.startswith(above + ".")


def put(base: Any, path: list[str], value: Any) -> Any:
    """Change one key inside nested dictionaries."""
    if base is DEFERRED:
        return base
    if not isinstance(base, dict):
        raise Misfit
    if not path[1:]:
        return {**base, path[0]: value}
    return {**base, path[0]: put(base.get(path[0], {}), path[1:], value)}


def key_paths(value: Any) -> list[list[str]]:
    """List the paths of all keys that are strings."""
    level = [key for key in value if isinstance(key, str)] if isinstance(value, dict) else []
    return [[key] for key in level] + [[key, *p] for key in level for p in key_paths(value[key])]


def key_path(value: Any, name: str) -> list[str]:
    """Take a name for the keys with the longest start of it, short keys first."""
    paths = [path for path in key_paths(value) if f"{name}.".startswith(".".join(path) + ".")]
    paths.sort(key=lambda path: (-len(".".join(path)), [len(key) for key in path]))
    path = paths[0] if paths else []
    return path + name.split(".")[len(".".join(path).split(".")) if path else 0 :]


def dig(value: Any, path: list[str]) -> Any:
    for key in path:
        value = value.get(key, EMPTY) if isinstance(value, dict) else EMPTY
    return value


def merge(base: Any, changes: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(changes, dict)):
        return changes
    return {**base, **{key: merge(base.get(key), value) for key, value in changes.items()}}


def unmarked(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    return {key: unmarked(value) for key, value in tree.items() if key != MARK}


def fits(defaults: dict[str, Any]) -> bool:
    """Return whether no name with a default is above another. A branch may be used."""
    leaves = [name for name, value in defaults.items() if value is not EMPTY]
    return not any(is_below(name, leaf) for name in defaults for leaf in leaves)


class Model:
    """Plain dicts; everything else is computed anew at each question."""

    def __init__(self) -> None:
        self.parsed: dict[str, Any] = {}
        self.called: dict[str, Any] = {}
        self.sets: dict[str, Any] = {}

    def copy(self) -> Model:
        twin = Model()
        twin.parsed, twin.called = dict(self.parsed), dict(self.called)
        twin.sets = dict(self.sets)
        return twin

    def leaves(self) -> dict[str, Any]:
        """Put what was set on top of the defaults, one after the other."""
        leaves = {**self.parsed, **self.called}
        leaves = {name: value for name, value in leaves.items() if value is not EMPTY}
        for name, value in self.sets.items():
            leaf = self.leaf(leaves, name)
            if leaf in (None, name):
                leaves[name] = value
            else:
                leaves[leaf] = put(
                    leaves[leaf], key_path(leaves[leaf], name[len(leaf) + 1 :]), value
                )
        return leaves

    @staticmethod
    def leaf(leaves: dict[str, Any], name: str) -> Any:
        return next((other for other in leaves if other == name or is_below(name, other)), None)

    def again(self) -> None:
        """Set again what was set, after the names below it have changed."""
        if self.called and not fits({**self.parsed, **self.called}):
            raise Misfit
        sets, self.sets = self.sets, {}
        for name, value in sets.items():
            self.assign(name, value)

    def call(self, name: str, default: Any) -> None:
        known = {**self.leaves(), **self.parsed}
        moves = name not in self.leaves() and any(
            is_below(other, name) or is_below(name, other) for other in known
        )
        self.called[name] = default
        if moves:
            self.again()
        else:
            self.leaves()

    def assign(self, name: str, value: Any) -> None:
        if value is DEFERRED:
            return
        leaves = self.leaves()
        leaf = self.leaf(leaves, name)
        if leaf is None and any(is_below(other, name) for other in {**leaves, **self.parsed}):
            if not isinstance(value, dict):
                raise Misfit
            self.spread(value, name)
            return
        if leaf is not None:
            for below in [other for other in self.sets if is_below(other, name)]:
                del self.sets[below]
        self.sets[name] = value
        self.leaves()

    def spread(self, tree: Any, prefix: str | None) -> None:
        if prefix is not None:
            if MARK in tree:
                self.assign(prefix, {key: inner for key, inner in tree.items() if key != MARK})
                return
            leaves = self.leaves()
            leaf = self.leaf(leaves, prefix)
            if leaf is not None and leaves[leaf] is not DEFERRED:
                path = key_path(leaves[leaf], prefix[len(leaf) + 1 :]) if leaf != prefix else []
                current = dig(leaves[leaf], path)
                is_odd = not tree or any(
                    not isinstance(key, str) or ("." in key and key in current)
                    for key in tree
                    if isinstance(current, dict)
                )
                if not isinstance(current, dict):
                    self.assign(prefix, unmarked(tree))
                    return
                if is_odd:
                    self.assign(prefix, merge(current, unmarked(tree)) if tree else {})
                    return
        for key, value in tree.items():
            if not isinstance(key, str):
                raise Misfit
            name = key if prefix is None else f"{prefix}.{key}"
            if isinstance(value, dict):
                self.spread(value, name)
            else:
                self.assign(name, value)

    def nested(self, prefix: str = "") -> dict[str, Any]:
        root: dict[str, Any] = {}
        for name, value in self.leaves().items():
            if not prefix or is_below(name, prefix):
                *above, last = name[len(prefix) + 1 if prefix else 0 :].split(".")
                level = root
                for part in above:
                    level = level.setdefault(part, {})
                level[last] = value
        return root

    def value(self, name: str) -> Any:
        leaves = self.leaves()
        leaf = self.leaf(leaves, name)
        if leaf == name:
            return leaves[name]
        if leaf is None:
            return self.nested(name) or EMPTY
        inside = dig(leaves[leaf], key_path(leaves[leaf], name[len(leaf) + 1 :]))
        return self.sets.get(name, EMPTY) if inside is EMPTY else inside


class InContext:
    """A store that is used in one context."""

    def __init__(self, store: Store, context: contextvars.Context) -> None:
        self.store, self._context = store, context

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.store, name)
        return (
            (lambda *args, **named: self.run(value, *args, **named)) if callable(value) else value
        )

    def run(self, function: Any, *args: Any, **named: Any) -> Any:
        return self._context.run(function, *args, **named)


class StoreMachine(RuleBasedStateMachine):
    """Do the same to a store and to the models. They must agree.

    Each context, such as that of a task, has a stack of models: one for the outside, which all
    share, and one for each block that it opened, or that was open when it was copied.
    """

    def __init__(self) -> None:
        super().__init__()
        self.inner_store = Store()
        self.contexts: list[Any] = [(contextvars.Context(), [Model()], [])]
        self.here = 0
        self.read: set[str] = set()

    @property
    def store(self) -> Any:
        return InContext(self.inner_store, self.contexts[self.here][0])

    @property
    def model(self) -> Model:
        model: Model = self.contexts[self.here][1][-1]
        return model

    def models(self) -> list[Model]:
        """List the models of all contexts, each once."""
        return list({id(model): model for _, stack, _ in self.contexts for model in stack}.values())

    def both(self, change: Any, write: Any) -> None:
        """Change the model and the store, or check that both refuse and do not change."""
        after = self.model.copy()
        try:
            change(after)
        except Misfit:
            before = self.store.state(), self.store.rows(), dict(self.store.cache)
            with pytest.raises(ImpossibleTree):
                write()
            assert before == (self.store.state(), self.store.rows(), dict(self.store.cache))
        else:
            write()
            vars(self.model).update(vars(after))

    @rule(parsed=st.dictionaries(names, defaults, max_size=4).filter(fits))
    def parse(self, parsed: dict[str, Any]) -> None:
        others = [model for model in self.models() if model is not self.model]
        twins = [model.copy() for model in others]

        def change(model: Model) -> None:
            for changed in (model, *twins):
                changed.parsed = parsed
                changed.again()

        def write() -> None:
            self.store.adopt_defaults(parsed)
            for other, twin in zip(others, twins, strict=True):
                vars(other).update(vars(twin))

        self.both(change, write)

    @rule(name=names, default=values)
    def call(self, name: str, default: Any) -> None:
        returned: list[Any] = []
        self.both(
            lambda model: model.call(name, default),
            lambda: returned.append(self.store.accept(name, default)),
        )
        if returned:
            self.read.add(name)
            assert returned == [self.model.value(name)]
            for other in self.models():
                twin = other.copy()
                try:
                    twin.call(name, default)
                except Misfit:
                    continue
                vars(other).update(vars(twin))

    @rule(mapping=st.dictionaries(names, values, max_size=4))
    def set_values(self, mapping: dict[str, Any]) -> None:
        def change(model: Model) -> None:
            for name, value in mapping.items():
                model.assign(name, value)

        self.both(change, lambda: self.store.set(mapping, Origin("setter")))

    @rule(name=names, value=values)
    def set_value(self, name: str, value: Any) -> None:
        self.set_values({name: value})

    @rule(tree=trees, prefix=st.just("") | names)
    def set_tree(self, tree: dict[str, Any], prefix: str) -> None:
        self.both(
            lambda model: model.spread(tree, prefix or None),
            lambda: self.store.set_tree(tree, prefix),
        )

    @rule()
    def set_tree_as_it_is(self) -> None:
        self.store.set_tree(self.store.tree(annotate_dict=True))
        self.model.spread(self.store.tree(annotate_dict=True), None)

    @rule(values=st.dictionaries(names, values, max_size=2))
    def enter_override(self, values: dict[str, Any]) -> None:
        _context, stack, blocks = self.contexts[self.here]
        inside = self.model.copy()
        block = override(self.inner_store, values, Origin("setter"), None)
        try:
            for name, value in values.items():
                inside.assign(name, value)
        except Misfit:
            with pytest.raises(ImpossibleTree):
                self.store.run(block.__enter__)
        else:
            self.store.run(block.__enter__)
            blocks.append(block)
            stack.append(inside)

    @precondition(lambda self: self.contexts[self.here][2])
    @rule()
    def leave_an_override(self) -> None:
        _context, stack, blocks = self.contexts[self.here]
        self.store.run(blocks.pop().__exit__, None, None, None)
        stack.pop()

    @rule()
    def start_a_task(self) -> None:
        context, stack, _blocks = self.contexts[self.here]
        self.contexts.append((context.copy(), [*stack], []))

    @rule()
    def start_a_thread(self) -> None:
        self.contexts.append((contextvars.Context(), self.contexts[0][1][:1], []))

    @rule(number=st.integers(0, 9))
    def go_on_elsewhere(self, number: int) -> None:
        self.here = number % len(self.contexts)

    @rule(name=names)
    def look_up(self, name: str) -> None:
        expected = self.model.value(name)
        assert self.store.get(name) == expected
        if expected is EMPTY:
            with pytest.raises(KeyError, match="not found"):
                self.store.read(name)
        else:
            assert self.store.read(name) == expected
            self.read.add(name)

    @rule(name=names)
    def explain(self, name: str) -> None:
        known = {k for k, v in self.model.parsed.items() if v is EMPTY}
        if self.model.value(name) is EMPTY and name not in known:
            with pytest.raises(KeyError, match="not found"):
                self.store.run(explain, self.inner_store, name)
        elif name in self.model.leaves():
            chain = self.store.run(explain, self.inner_store, name)
            has_default = name in self.model.parsed and self.model.parsed[name] is not EMPTY
            kinds = [origin.kind for origin in chain]
            assert ("source" in kinds, "call" in kinds) == (has_default, name in self.model.called)
            if name in self.model.sets:
                assert "setter" in kinds

    @rule()
    def travel(self) -> None:
        other = Store()
        other.adopt_defaults(self.model.parsed)
        other.restore(pickle.loads(pickle.dumps(self.store.state())))
        assert other.rows() == self.store.rows()
        if DEFERRED not in self.model.parsed.values():
            assert other.values() == self.store.values()

    @invariant()
    def values_agree(self) -> None:
        leaves = self.model.leaves()
        assert self.store.values() == leaves
        assert self.store.tree() == self.model.nested()
        cached = {name for name, value in self.store.cache.items() if value is not None}
        assert all(self.store.cache[name] == leaves[name] for name in cached)

    @invariant()
    def no_value_is_cached_while_a_block_is_open(self) -> None:
        if any(len(stack) > 1 for _, stack, _ in self.contexts):
            assert {*self.store.cache.values()} <= {None}
        else:
            assert not self.store.views

    @invariant()
    def ranks_agree(self) -> None:
        rows = {(name, rank): value for name, value, rank in self.store.rows()}
        expected = {(name, 2): value for name, value in self.model.called.items()}
        leaves = self.model.leaves()
        for name, value in self.model.sets.items():
            leaf = self.model.leaf(leaves, name)
            is_whole = leaf is not None and leaves[leaf] is not DEFERRED
            expected[leaf if is_whole else name, 3] = leaves[leaf] if is_whole else value
        assert rows == expected

    @invariant()
    def the_unused_were_set_and_not_read(self) -> None:
        related = {
            name
            for name in self.model.sets
            for read in self.read
            if name == read or is_below(name, read) or is_below(read, name)
        }
        expected = [name for name in self.model.sets if name not in related]
        assert self.store.unused() == expected

    @invariant()
    def what_was_accepted_is_the_last_default_with_the_value(self) -> None:
        for name, (default, value) in self.store.accepted.items():
            if default is not EMPTY:
                assert self.model.called[name] == default
                assert self.model.leaves()[name] == value


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(stateful_step_count=25)


SCOPES = ["a", "b", "a/b"]
SCALARS = ["depth", "x/y", "m.w", "late"]  # `late` has no default in the sources
KEYS = ["opt.lr", "opt.wd", "opt.in.x"]
dicts = st.dictionaries(st.sampled_from(["lr", "wd"]), st.integers(0, 9), max_size=2)
paths = st.just("") | st.sampled_from(SCOPES)
scoped_values = st.one_of(
    st.tuples(paths, st.sampled_from([*SCALARS, *KEYS]), st.integers(0, 9) | st.none()),
    st.tuples(paths, st.just("opt"), dicts),
    st.tuples(paths, st.just("opt.in"), st.dictionaries(st.sampled_from("xy"), st.integers(0, 9))),
    st.tuples(paths, st.just("m"), st.dictionaries(st.just("w"), st.integers(0, 9))),
).map(lambda row: (f"{row[0]}/{row[1]}" if row[0] else row[1], row[2]))
mappings = st.lists(scoped_values, max_size=3).map(dict)


class ScopeModel:
    """The defaults, and one dict of what was set."""

    def __init__(self) -> None:
        self.defaults: dict[str, Any] = {}
        self.sets: dict[str, Any] = {}

    def copy(self) -> ScopeModel:
        twin = ScopeModel()
        twin.defaults, twin.sets = dict(self.defaults), dict(self.sets)
        return twin

    def assign(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            if name.rpartition("/")[2] == "m":  # a branch
                self.assign({f"{name}.{key}": inner for key, inner in value.items()})
                continue
            for below in [other for other in self.sets if is_below(other, name)]:
                del self.sets[below]
            self.sets[name] = value

    def value(self, path: str, name: str) -> Any:
        """Return the first of `a/b/name`, `a/name`, `name` that is set, else the default."""
        parts = path.split("/") if path else []
        around = ["/".join([*parts[:end], name]) for end in range(len(parts), -1, -1)]
        value = next(
            (self.sets[n] for n in around if n in self.sets), self.defaults.get(name, EMPTY)
        )
        if name != "opt":
            return value
        # Keys that were set for an inner scope, or for the same one later, change the dict.
        whole = next((n for n in around if n in self.sets), None)
        inner = around[: around.index(whole) + 1] if whole else around
        for owner in reversed(inner):
            keys = [key for key in self.sets if is_below(key, owner)]
            for key in keys:
                value = put(value, key[len(owner) + 1 :].split("."), self.sets[key])
        return value

    def any_value(self, path: str, name: str) -> Any:
        owner, _dot, key = name.partition(".")
        return (
            dig(self.value(path, owner), key.split(".")) if name in KEYS else self.value(path, name)
        )


class ScopeMachine(RuleBasedStateMachine):
    """Do the same to a store and to models, which know the scope that is open."""

    def __init__(self) -> None:
        super().__init__()
        self.inner_store = Store()
        outside = ScopeModel()
        self.contexts: list[Any] = [(contextvars.Context(), [(outside, "")], [])]
        self.here = 0
        self.called: dict[str, Any] = {}
        self.parse(1, {})

    @property
    def store(self) -> Any:
        return InContext(self.inner_store, self.contexts[self.here][0])

    @property
    def model(self) -> ScopeModel:
        model: ScopeModel = self.contexts[self.here][1][-1][0]
        return model

    @property
    def path(self) -> str:
        path: str = self.contexts[self.here][1][-1][1]
        return path

    def models(self) -> list[ScopeModel]:
        rows = [model for _, stack, _ in self.contexts for model, _path in stack]
        return list({id(model): model for model in rows}.values())

    def default(self, name: str, value: Any) -> None:
        for model in self.models():
            model.defaults[name] = value

    @rule(depth=st.integers(0, 9), opt=dicts)
    def parse(self, depth: int, opt: dict[str, int]) -> None:
        parsed = {**dict.fromkeys(("depth", "x/y", "m.w"), depth), "opt": opt}
        self.store.adopt_defaults(parsed)
        for name, value in {**parsed, **self.called}.items():
            self.default(name, value)

    @rule(name=st.sampled_from(SCALARS), value=st.integers(0, 9))
    def call(self, name: str, value: int) -> None:
        self.called[name] = value
        self.default(name, value)
        assert self.store.accept(name, value) == self.model.value(self.path, name)

    @rule(opt=dicts)
    def call_with_a_dict(self, opt: dict[str, int]) -> None:
        self.called["opt"] = opt
        self.default("opt", opt)
        assert self.store.accept("opt", opt) == self.model.value(self.path, "opt")

    @rule(mapping=mappings)
    def set_values(self, mapping: dict[str, Any]) -> None:
        self.store.set(mapping, Origin("setter"))
        self.model.assign(mapping)

    @rule(mapping=mappings)
    def enter_override(self, mapping: dict[str, Any]) -> None:
        block = override(self.inner_store, mapping, Origin("setter"), None)
        inside = self.model.copy()
        inside.assign(mapping)
        self.enter(block, inside, self.path)

    @rule(path=st.none() | st.sampled_from(SCOPES))
    def enter_scope(self, path: str | None) -> None:
        inner = "/".join(filter(None, [self.path, path])) if path else ""
        self.enter(scope(self.inner_store, path, None), self.model, inner)

    def enter(self, block: Any, model: ScopeModel, path: str) -> None:
        _context, stack, blocks = self.contexts[self.here]
        self.store.run(block.__enter__)
        blocks.append(block)
        stack.append((model, path))

    @precondition(lambda self: self.contexts[self.here][2])
    @rule()
    def leave_a_block(self) -> None:
        _context, stack, blocks = self.contexts[self.here]
        self.store.run(blocks.pop().__exit__, None, None, None)
        stack.pop()

    @rule()
    def start_a_task(self) -> None:
        context, stack, _blocks = self.contexts[self.here]
        self.contexts.append((context.copy(), [*stack], []))

    @rule()
    def start_a_thread(self) -> None:
        self.contexts.append((contextvars.Context(), self.contexts[0][1][:1], []))

    @rule(number=st.integers(0, 9))
    def go_on_elsewhere(self, number: int) -> None:
        self.here = number % len(self.contexts)

    @rule(path=paths, name=st.sampled_from([*SCALARS, *KEYS, "opt"]))
    def look_up(self, path: str, name: str) -> None:
        full = f"{path}/{name}" if path else name
        expected = self.model.any_value(path or self.path, name)
        assert self.store.get(full) == expected
        if expected is not EMPTY:
            assert self.store.read(full) == expected
            chain = self.store.run(explain, self.inner_store, full)
            if name in SCALARS:
                assert chain[-1].value == expected

    @rule()
    def travel(self) -> None:
        other = Store()
        other.adopt_defaults({name: self.model.defaults[name] for name in ("depth", "x/y", "m.w")})
        other.accept("opt", self.model.defaults["opt"])
        other.restore(pickle.loads(pickle.dumps(self.store.state())))
        assert other.values() == self.store.values()

    @invariant()
    def values_agree(self) -> None:
        values = self.store.values()
        for name in (*SCALARS, "opt"):
            assert values.get(name, EMPTY) == self.model.value(self.path, name)
        assert self.store.tree()["depth"] == values["depth"]

    @invariant()
    def a_name_with_a_scope_has_the_same_value_everywhere(self) -> None:
        for path in SCOPES:
            for name in ("depth", "m.w", "opt"):
                assert self.store.get(f"{path}/{name}") == self.model.value(path, name)

    @invariant()
    def no_value_is_cached_while_a_block_is_open(self) -> None:
        if any(len(stack) > 1 for _, stack, _ in self.contexts):
            assert {*self.store.cache.values()} <= {None}
        else:
            assert not self.store.views


TestScopeMachine = ScopeMachine.TestCase
TestScopeMachine.settings = settings(stateful_step_count=25)
