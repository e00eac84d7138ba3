"""YAML text to plain values, each key with its line.

Owns the rules of the YAML 1.2 core schema and the bounds on hostile files;
knows no file and no hyperparameter. It reads the events of PyYAML and builds
the values itself, so that no tag can make anything but plain values.
"""

from __future__ import annotations

import yaml

from hpman._text import truncate

from ..errors import SnapshotError
from .value_limits import DEPTH_LIMIT, short_repr, type_name
from .yaml_tags import MAPPINGS, SCALARS, SEQUENCES, STANDARD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

ALIAS_LIMIT = 1_000_000


class YamlReader:
    """Build the plain value of one YAML document.

    Args:
        path: the name of the file, for messages.
        text: the text of the file.
        advice: what to do about a text that is no YAML.
    """

    def __init__(self, path: str, text: str, advice: str = "Mend the line.") -> None:
        """Keep the text; nothing is read yet."""
        self.path = path
        self.advice = advice
        self.text = text
        self.lines: dict[tuple[str, ...], int] = {}

    def read(self) -> object:
        r"""Return the value, and fill `lines` with the line of each key by its path.

        Raises:
            SnapshotError: the text is no YAML, or holds more than plain values.

        >>> reader = YamlReader("cfg.yaml", "lr: 1e-4\nmodel:\n  depth: 3\n")
        >>> reader.read()
        {'lr': 0.0001, 'model': {'depth': 3}}
        >>> reader.lines
        {('lr',): 1, ('model',): 2, ('model', 'depth'): 3}
        """
        value: object = None
        stack: list[_Node] = []
        before: _Step | None = None
        for step in _Tape(self._fail).expand(self._events()):
            if step.kind in "[{":
                if before is not None and before.is_merge and stack[-1].key == before.text:
                    raise self._merge(before)
                stack.append(self._opened(step, stack))
                continue
            if step.kind == "end":
                node = stack.pop()
                made, line = self._finished(node), node.step.line
            else:
                made, line = self._scalar(step), step.line
            before = step
            if stack:
                self._add(stack[-1], made, line)
            else:
                value = made
        return value

    def _fail(self, line: int | None, message: str, advice: str) -> SnapshotError:
        """Make the error for a line of this file."""
        return SnapshotError.at(self.path, line, message, advice)

    def _events(self) -> Iterator[_Step]:
        """Give the events of the only document as steps."""
        # The parser written in C is about ten times as fast; not every build of PyYAML has it.
        source: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        documents = 0
        try:
            parser = source(self.text)
            event = parser.get_event()
            while not isinstance(event, yaml.StreamEndEvent):
                kind = _KINDS.get(type(event))
                if kind is not None:
                    yield _Step(kind, event)
                elif isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    self._demand_only(documents, event)
                event = parser.get_event()
        except yaml.MarkedYAMLError as error:
            mark: Any = error.problem_mark or error.context_mark
            problem = ", ".join(filter(None, [error.context, error.problem]))
            raise self._malformed(mark.line + 1 if mark else None, problem) from None
        except yaml.reader.ReaderError as error:
            # What its position counts, bytes or characters, is up to the build of PyYAML.
            refused = chr(int(error.character))
            line = self.text.count("\n", 0, self.text.index(refused)) + 1
            problem = f"control characters are not allowed, such as {refused!r}"
            raise self._malformed(line, problem) from None

    def _demand_only(self, documents: int, start: Any) -> None:
        """Refuse a second document."""
        if documents > 1:
            raise self._fail(
                start.start_mark.line + 1,
                "A second YAML document begins here.",
                "Keep one document in a file, and load several files instead.",
            )

    def _malformed(self, line: int | None, problem: str) -> SnapshotError:
        return self._fail(line, f"This cannot be read as YAML: {problem}.", self.advice)

    def _merge(self, step: _Step) -> SnapshotError:
        """Make the error for what earlier versions of YAML would merge."""
        return self._fail(
            step.line,
            f"YAML 1.2 has no merge key `{step.text}`: it would be a key like others.",
            "Write the values where they belong, or put the key in quotes.",
        )

    def _opened(self, step: _Step, stack: list[_Node]) -> _Node:
        """Start a sequence or a mapping."""
        if len(stack) >= DEPTH_LIMIT + 2:
            raise self._fail(
                step.line,
                f"Values are nested deeper than {DEPTH_LIMIT} levels.",
                "No hyperparameter needs that; look where the file comes from.",
            )
        finish = (SEQUENCES if step.kind == "[" else MAPPINGS).get(step.tag)
        if finish is None:
            raise self._unknown_tag(step)
        path: tuple[str, ...] | None = None
        if not stack:
            path = ()
        elif stack[-1].path is not None and type(stack[-1].key) is str:
            path = (*stack[-1].path, stack[-1].key)
        return _Node(step, finish, path)

    def _add(self, node: _Node, value: object, line: int) -> None:
        """Put a value into the sequence or mapping that is open."""
        if node.step.kind == "[":
            node.values.append(value)
        elif node.key is not _NO_KEY:
            node.pairs[node.key] = value
            node.key = _NO_KEY
        else:
            self._start_pair(node, value, line)

    def _start_pair(self, node: _Node, key: object, line: int) -> None:
        """Take a key of a mapping, which must be hashable and new."""
        try:
            first = node.key_lines.setdefault(key, line)
        except TypeError:
            raise self._fail(
                line,
                f"A {type(key).__name__} cannot be a key.",
                "Use a text, a number or a !tuple as the key.",
            ) from None
        if key in node.pairs:
            raise self._fail(
                line,
                f"The key {short_repr(key)} is given twice, first in line {first}.",
                "Delete one of the two.",
            )
        if node.path == () and type(key) is not str:
            raise self._fail(
                line,
                f"The key {short_repr(key)} is of the type {type_name(key)}, and names are texts.",
                "Put it in quotes.",
            )
        node.key = key
        node.pairs[key] = None
        if node.path is not None and type(key) is str:
            place = (*node.path, key)
            self.lines[place] = line

    def _finished(self, node: _Node) -> object:
        """Make the value of a sequence or mapping that has ended."""
        try:
            return node.finish(node.values if node.step.kind == "[" else node.pairs)
        except (TypeError, ValueError) as error:
            raise self._fail(
                node.step.line,
                f"This is no {_short(node.step.tag)}: {error}.",
                "Mend the value, or leave the tag out.",
            ) from None

    def _scalar(self, step: _Step) -> object:
        """Make the value of a scalar by its tag, or by the core schema."""
        make = SCALARS.get(step.tag)
        if make is None:
            raise self._unknown_tag(step)
        if step.tag is None and not step.plain:
            return step.text
        try:
            return make(step.text)
        except ValueError as error:
            raise self._fail(
                step.line,
                f"{truncate(step.text)!r} is no {_short(step.tag) or 'number'}: {error}.",
                "Mend the value, or put it in quotes to make it a text.",
            ) from None

    def _unknown_tag(self, step: _Step) -> SnapshotError:
        return self._fail(
            step.line,
            f"The tag `{_short(step.tag)}` stands for more than a plain value, or for another"
            " kind of value than this; nothing was made of it.",
            "Write the value as a literal without the tag.",
        )


class _Step:
    """Keep what counts of one YAML event."""

    __slots__ = ("anchor", "is_merge", "kind", "line", "plain", "tag", "text")

    def __init__(self, kind: str, event: Any) -> None:
        self.kind = kind
        self.line: int = event.start_mark.line + 1
        self.anchor: str | None = None
        self.tag: str | None = None
        self.text = ""
        self.plain = False
        self.is_merge = False
        if kind == "end":
            return
        self.anchor = event.anchor
        if kind == "scalar":
            self.tag = event.tag
            self.text = event.value
            self.plain = event.implicit[0]
            self.is_merge = self.plain and self.text == "<<"
            if self.tag == "!":  # The tag that says: not resolved, hence a text.
                self.tag, self.plain = None, False
        elif kind != "alias":
            self.tag = event.tag


_KINDS = {
    yaml.ScalarEvent: "scalar",
    yaml.AliasEvent: "alias",
    yaml.SequenceStartEvent: "[",
    yaml.MappingStartEvent: "{",
    yaml.SequenceEndEvent: "end",
    yaml.MappingEndEvent: "end",
}


class _Node:
    """Keep a sequence or mapping that is being filled."""

    __slots__ = ("finish", "key", "key_lines", "pairs", "path", "step", "values")

    def __init__(
        self, step: _Step, finish: Callable[..., object], path: tuple[str, ...] | None
    ) -> None:
        self.step = step
        self.finish = finish
        self.path = path
        self.key: object = _NO_KEY
        self.key_lines: dict[object, int] = {}
        self.pairs: dict[object, object] = {}
        self.values: list[object] = []


_NO_KEY = object()


class _Tape:
    """Replace each alias by what its anchor stands for.

    Values are thus never shared between two names, and an alias of aliases
    cannot grow past the limit unseen.
    """

    def __init__(self, fail: Callable[[int | None, str, str], SnapshotError]) -> None:
        self.fail = fail
        # Steps are kept from the first anchor on; each anchor has its start and its end there.
        self.steps: list[_Step] = []
        self.spans: dict[str, tuple[int, int | None]] = {}
        self.open: list[tuple[str | None, int]] = []
        self.copied = 0

    def expand(self, steps: Iterable[_Step]) -> Iterator[_Step]:
        """Give the steps without aliases."""
        for step in steps:
            if step.kind == "alias":
                batch = self._replay(step)
            else:
                batch = [step]
                self._mark(step)
            if self.spans:
                self.steps += batch
            yield from batch

    def _mark(self, step: _Step) -> None:
        """Note where an anchored value begins and ends."""
        here = len(self.steps)
        if step.kind == "end":
            anchor, start = self.open.pop()
            # Not so where the anchor was given to another value meanwhile.
            if anchor is not None and self.spans[anchor] == (start, None):
                self.spans[anchor] = (start, here + 1)
            return
        if step.anchor is not None:
            self.spans[step.anchor] = (here, here + 1 if step.kind == "scalar" else None)
        if step.kind != "scalar":
            self.open.append((step.anchor, here))

    def _replay(self, step: _Step) -> list[_Step]:
        """Return the steps that an alias stands for."""
        start, end = self.spans.get(step.anchor or "", (0, None))
        if end is None:
            raise self.fail(
                step.line,
                f"The alias `*{step.anchor}` stands for nothing, or for a value that holds itself.",
                "Write the value out instead.",
            )
        self.copied += end - start
        if self.copied > ALIAS_LIMIT:
            raise self.fail(
                step.line,
                f"The aliases up to here stand for more than {ALIAS_LIMIT} values.",
                "No set of hyperparameters needs that; look where the file comes from.",
            )
        return self.steps[start:end]


def _short(tag: str | None) -> str:
    """Spell a tag as it is written, shortened where it is long."""
    return truncate((tag or "").replace(STANDARD, "!!"))
