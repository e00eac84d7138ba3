"""YAML text to plain values, each key with its line.

Owns the rules of the YAML 1.2 core schema and the bounds on hostile files;
knows no file and no hyperparameter. It reads the events of PyYAML and builds
the values itself, so that no tag can make anything but plain values.
"""

from __future__ import annotations

import re

import yaml

from .errors import SnapshotError
from .yaml_writer import DEPTH_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NODE_LIMIT = 1_000_000

_STANDARD = "tag:yaml.org,2002:"
# YAML 1.2.2, section 10.3.2, the core schema.
_NULL = re.compile(r"(?:null|Null|NULL|~|)\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(
    r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
)


class YamlReader:
    """Build the plain value of one YAML document.

    Args:
        path: the name of the file, for messages.
        text: the text of the file.
    """

    def __init__(self, path: str, text: str) -> None:
        """Keep the text; nothing is read yet."""
        self.path = path
        self.text = text
        self.lines: dict[tuple[str, ...], int] = {}

    def read(self) -> object:
        """Return the value, and fill `lines` with the line of each key by its path.

        Raises:
            SnapshotError: the text is no YAML, or holds more than plain values.

        >>> reader = YamlReader("cfg.yaml", "lr: 1e-4\\nmodel:\\n  depth: 3\\n")
        >>> reader.read()
        {'lr': 0.0001, 'model': {'depth': 3}}
        >>> reader.lines
        {('lr',): 1, ('model',): 2, ('model', 'depth'): 3}
        """
        value: object = None
        stack: list[_Node] = []
        for step in _expanded(self._events(), self._fail):
            if step.kind in "[{":
                stack.append(self._opened(step, stack))
                continue
            if step.kind == "end":
                node = stack.pop()
                made, line = self._finished(node), node.step.line
            else:
                made, line = self._scalar(step), step.line
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
        source = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        documents = 0
        try:
            parser = source(self.text)
            while True:
                event = parser.get_event()
                if isinstance(event, yaml.StreamEndEvent):
                    return
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        raise self._fail(
                            event.start_mark.line + 1,
                            "A second YAML document begins here.",
                            "Keep one document in a file, and load several files instead.",
                        )
                if isinstance(event, (yaml.NodeEvent, yaml.CollectionEndEvent)):
                    yield _Step(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark is not None else None
            parts = ", ".join(filter(None, [error.context, error.problem]))
            raise self._malformed(line, parts) from None
        except yaml.reader.ReaderError as error:
            line = self.text.count("\n", 0, error.position) + 1
            shown = f"{error.reason}: {chr(error.character)!a}" if isinstance(error.character, int) else error.reason
            raise self._malformed(line, shown) from None

    def _malformed(self, line: int | None, problem: str) -> SnapshotError:
        return self._fail(
            line,
            f"This cannot be read as YAML: {problem}.",
            "Mend the line, or name the format with --hp-serial-format.",
        )

    def _opened(self, step: _Step, stack: list[_Node]) -> _Node:
        """Start a sequence or a mapping."""
        if len(stack) >= DEPTH_LIMIT + 2:
            raise self._fail(
                step.line,
                f"Values are nested deeper than {DEPTH_LIMIT} levels.",
                "No hyperparameter needs that; look where the file comes from.",
            )
        finish = (_SEQUENCES if step.kind == "[" else _MAPPINGS).get(step.tag)
        if finish is None:
            raise self._unknown_tag(step)
        path = None
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
                f"The key {key!r} is given twice, first in line {first}.",
                "Delete one of the two.",
            )
        node.key = key
        node.pairs[key] = None
        if node.path is not None and type(key) is str:
            self.lines[(*node.path, key)] = line

    def _finished(self, node: _Node) -> object:
        """Make the value of a sequence or mapping that has ended."""
        try:
            return node.finish(node.values if node.step.kind == "[" else node.pairs)
        except (TypeError, ValueError) as error:
            raise self._fail(
                node.step.line,
                f"This is no `{_short(node.step.tag)}`: {error}.",
                "Mend the value, or leave the tag out.",
            ) from None

    def _scalar(self, step: _Step) -> object:
        """Make the value of a scalar by its tag, or by the core schema."""
        make = _SCALARS.get(step.tag)
        if make is None:
            raise self._unknown_tag(step)
        if step.tag is None and not step.plain:
            return step.text
        try:
            return make(step.text)
        except (ValueError, KeyError) as error:
            raise self._fail(
                step.line,
                f"{_shortened(step.text)} is no `{_short(step.tag)}`: {error}.",
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

    __slots__ = ("anchor", "kind", "line", "plain", "tag", "text")

    def __init__(self, event: yaml.Event) -> None:
        self.line = event.start_mark.line + 1
        self.anchor = getattr(event, "anchor", None)
        self.tag = getattr(event, "tag", None)
        self.text = ""
        self.plain = False
        if isinstance(event, yaml.ScalarEvent):
            self.kind = "scalar"
            self.text = event.value
            self.plain = event.implicit[0]
            if self.tag == "!":  # The tag that says: not resolved, hence a text.
                self.tag, self.plain = None, False
        elif isinstance(event, yaml.AliasEvent):
            self.kind = "alias"
        elif isinstance(event, yaml.CollectionEndEvent):
            self.kind = "end"
        else:
            self.kind = "[" if isinstance(event, yaml.SequenceStartEvent) else "{"


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


def _expanded(
    steps: Iterator[_Step], fail: Callable[[int | None, str, str], SnapshotError]
) -> Iterator[_Step]:
    """Give the steps with each alias replaced by what its anchor stands for.

    Values are thus never shared between two names, and an alias of aliases
    cannot grow past the limit unseen.
    """
    tape: list[_Step] = []
    spans: dict[str, tuple[int, int | None]] = {}
    open_anchors: list[str | None] = []
    taped = False
    count = 0
    for step in steps:
        batch = [step]
        if step.kind == "alias":
            start, end = spans.get(step.anchor, (0, None))
            if end is None:
                raise fail(
                    step.line,
                    f"The alias `*{step.anchor}` stands for nothing, or for a value that holds itself.",
                    "Write the value out instead.",
                )
            batch = tape[start:end]
        elif step.kind == "end":
            anchor = open_anchors.pop()
            if anchor is not None:
                spans[anchor] = (spans[anchor][0], len(tape) + 1)
        elif step.anchor is not None:
            taped = True
            spans[step.anchor] = (len(tape), len(tape) + 1 if step.kind == "scalar" else None)
        if step.kind in "[{":
            open_anchors.append(step.anchor)
        count += len(batch)
        if count > NODE_LIMIT:
            raise fail(
                step.line,
                f"The file stands for more than {NODE_LIMIT} values, aliases written out.",
                "No set of hyperparameters needs that; look where the file comes from.",
            )
        if taped:
            tape += batch
        yield from batch


def resolve(text: str) -> object:
    """Make the value of a plain scalar by the core schema of YAML 1.2.

    Args:
        text: the scalar.

    >>> [resolve(text) for text in ("1e-4", "no", "0o17", "~", "12:30")]
    [0.0001, 'no', 15, None, '12:30']
    """
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text[0] in "tT"
    if _INT.match(text):
        return _int(text)
    if _FLOAT.match(text):
        return _float(text)
    return text


def _int(text: str) -> int:
    # Python takes `010` for an error in base 0; YAML 1.2 takes it for ten.
    return int(text, 0 if text.lstrip("+-")[:2] in ("0x", "0o") else 10)


def _float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


def _null(text: str) -> None:
    if not _NULL.match(text):
        raise ValueError("it is not empty")


def _bool(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _binary(text: str) -> bytes:
    from base64 import b64decode

    return b64decode("".join(text.split()), validate=True)


def _surrogates(text: str) -> str:
    return _binary(text).decode("utf-8", "surrogatepass")


def _complex(text: str) -> complex:
    return complex(text)


def _ellipsis(_text: str) -> object:
    return ...


def _set(pairs: dict[object, object]) -> set[object]:
    if any(value is not None for value in pairs.values()):
        raise ValueError("an element of a set has no value of its own")
    return set(pairs)


def _frozenset(pairs: dict[object, object]) -> frozenset[object]:
    return frozenset(_set(pairs))


def _short(tag: str | None) -> str:
    """Spell a tag as it is written."""
    return (tag or "").replace(_STANDARD, "!!")


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")  # noqa: PLR2004 - fits one line


# Beside our own tags those are read that PyYAML writes for plain values of Python.
_SCALARS: dict[str | None, Callable[[str], object]] = {
    None: resolve,
    f"{_STANDARD}null": _null,
    f"{_STANDARD}bool": _bool,
    f"{_STANDARD}int": _int,
    f"{_STANDARD}float": _float,
    f"{_STANDARD}str": str,
    f"{_STANDARD}binary": _binary,
    f"{_STANDARD}python/none": _null,
    f"{_STANDARD}python/bool": _bool,
    f"{_STANDARD}python/int": _int,
    f"{_STANDARD}python/long": _int,
    f"{_STANDARD}python/float": _float,
    f"{_STANDARD}python/complex": _complex,
    f"{_STANDARD}python/str": str,
    f"{_STANDARD}python/unicode": str,
    f"{_STANDARD}python/bytes": _binary,
    "!complex": _complex,
    "!ellipsis": _ellipsis,
    "!surrogates": _surrogates,
}
_SEQUENCES: dict[str | None, Callable[..., object]] = {
    None: list,
    "!": list,
    f"{_STANDARD}seq": list,
    f"{_STANDARD}python/list": list,
    f"{_STANDARD}python/tuple": tuple,
    "!tuple": tuple,
}
_MAPPINGS: dict[str | None, Callable[..., object]] = {
    None: dict,
    "!": dict,
    f"{_STANDARD}map": dict,
    f"{_STANDARD}python/dict": dict,
    f"{_STANDARD}set": _set,
    "!frozenset": _frozenset,
}
