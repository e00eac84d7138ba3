"""Which name becomes which: the renaming itself, and what may be renamed.

Owns the new name of every name. Must not know where names are written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from hpman import Diagnostic, Frozen, HpmanError, HyperParameter, Index, Mention, Occurrence
from hpman.names import SCOPE, advice, is_scope, old_names, split_scope

CODE = "rename"
_WRITERS = ("override", "set_tree", "set_value", "set_values")


class RenameError(HpmanError):
    """Report why a hyperparameter cannot be renamed."""

    @classmethod
    def because(cls, message: str, advice: str) -> RenameError:
        """Create the error from what is wrong and what to do."""
        return cls(Diagnostic(CODE, message, advice))


class Renaming(Frozen):
    """The renaming of a hyperparameter, or of a group with all its members."""

    __slots__ = ()
    placeholder: str
    old: str
    new: str
    sources: Index  # the sources, before

    def of(self, name: str) -> str:
        """Return the new name of any name: of a member, a key of a dict, or one in a scope.

        >>> from hpman import HyperParameterManager
        >>> index = HyperParameterManager("_").parse_source("_('opt', {'lr': 1})").index
        >>> renaming = Renaming("_", "opt", "optim", index)
        >>> [renaming.of(name) for name in ("opt", "a/opt.lr", "option")]
        ['optim', 'a/optim.lr', 'option']
        """
        plain = self.plain(name)
        if plain != self.old and not plain.startswith(f"{self.old}{self.sources.separator}"):
            return name
        return f"{name.removesuffix(plain)}{self.new}{plain.removeprefix(self.old)}"

    def plain(self, name: str) -> str:
        """Return a name without the scope that it may be in."""
        return plain_name(self.sources, self.placeholder, name)

    def of_key(self, above: str, key: str) -> str | None:
        """Return the new text of a key below a name, None if it would belong elsewhere."""
        separator = self.sources.separator
        start = f"{self.of(above)}{separator}" if above else ""
        new = self.of(f"{above}{separator}{key}" if above else key)
        return new.removeprefix(start) if new.startswith(start) else None

    def calls(self) -> Iterator[Occurrence]:
        """Yield the calls whose name changes."""
        for call in self.sources.occurrences(self.placeholder):
            if self.of(call.name) != call.name:
                yield call


def is_defined(index: Index, placeholder: str, name: str) -> bool:
    """Return whether a name is one of the sources, or lies above or below one."""
    return any(
        index.named(placeholder, above) or index.is_branch(placeholder, above)
        for above in (*index.prefixes(name), name)
    )


def plain_name(index: Index, placeholder: str, name: str) -> str:
    """Return a name without the scope that it may be in."""

    def is_name(name: str) -> bool:
        return is_defined(index, placeholder, name)

    return split_scope(name, is_name, index.separator)[1]


def renaming_of(index: Index, old: str, new: str, placeholders: Collection[str] = ()) -> Renaming:
    """Return a renaming, or raise an error if one of its names does not fit."""
    problem = _name_problem(new, index.separator)
    if problem:
        raise RenameError.because(f"The name {new!r} {problem}.", "Choose another name.")
    if old == new:
        raise RenameError.because(f"The old and the new name are both `{old}`.", "Change one.")
    managers = [
        placeholder
        for placeholder in sorted(placeholders or index.placeholders())
        if index.named(placeholder, old) or index.is_branch(placeholder, old)
    ]
    if not managers:
        raise _unknown(index, old)
    if len(managers) > 1:
        owners = " and ".join(f"`{placeholder}`" for placeholder in managers)
        message = f"`{old}` is a hyperparameter of the managers {owners}."
        raise RenameError.because(message, "Choose one with `--placeholder`.")
    renaming = Renaming(managers[0], old, new, index)
    _refuse_clash(renaming)
    return renaming


def _name_problem(name: str, separator: str) -> str:
    """Return what is wrong with a new name, or an empty string."""
    if not name or name != name.strip() or not name.isprintable():
        return "is empty, or contains blanks at its ends or control characters"
    if "" in name.split(separator) or len(name.split(separator)) > 50:
        return f"has an empty part next to a {separator!r}, or too many parts"
    if any(char in name for char in f" ={SCOPE}") or name.startswith("-"):
        return f"contains a blank, `=` or `{SCOPE}`, or begins with a dash"
    return ""


def _unknown(index: Index, old: str) -> RenameError:
    names: list[str] = []
    scopes: set[str] = set()
    for placeholder in sorted(index.placeholders()):
        scopes |= index.scopes(placeholder) or set()
        for hp in index.hyperparameters(placeholder):
            names.append(hp.name)
            if old in old_names(hp.hints):
                message = f"`{old}` is an old name of `{hp.name}`."
                return RenameError.because(message, f"Rename `{hp.name}`.")
    if old in scopes and is_scope(old, index.separator):
        message = f"`{old}` is a scope. Only hyperparameters and groups can be renamed."
        return RenameError.because(message, "Change the calls that open it by hand.")
    broken = [
        problem
        for file in index.files.values()
        for problem in file.diagnostics
        if problem.placeholder is None and old in file.source.text
    ]
    if broken:
        return RenameError(*broken)
    hint = advice(old, names) if names else "they have no hyperparameters"
    message = f"The sources do not define `{old}` ({hint})."
    return RenameError.because(message, "Check the name and the paths.")


def _refuse_clash(renaming: Renaming) -> None:
    """Refuse names that exist, that lie above or below others, or that are aliases of others."""
    index, placeholder = renaming.sources, renaming.placeholder
    changed, kept = {renaming.new}, []
    for other in index.hyperparameters(placeholder):
        if renaming.of(other.name) == other.name:
            kept.append(other)
        else:
            changed.add(renaming.of(other.name))
    near: dict[str, set[str]] = {}  # by name above, and by option
    for new in changed:
        for key in (*index.prefixes(new), _as_option(new)):
            near.setdefault(key, set()).add(new)
    for other in kept:
        options = map(_as_option, (other.name, *old_names(other.hints)))
        candidates = changed.intersection((other.name, *index.prefixes(other.name)))
        candidates = candidates.union(*(near.get(key, ()) for key in (other.name, *options)))
        for new in sorted(candidates):
            if problem := _clash(new, other, index.separator):
                call = other.definition or other.occurrences[0]
                advice = "Choose another name, or rename the other first."
                raise RenameError(Diagnostic.at(call, CODE, problem, advice))
    groups = {above for new in changed for above in index.prefixes(new)}
    for mention, name in _undefined(renaming):
        # A group has no value of its own: `m` and `m.x` exclude each other.
        is_above = mention.kind in _WRITERS and name in groups
        if is_above or not changed.isdisjoint((name, *index.prefixes(name))):
            message = f"`{name}` is the name of something else here, which no source defines."
            fields = (mention.path, mention.line, mention.column)
            advice = "Choose another name, or change this one first."
            raise RenameError(Diagnostic(CODE, message, advice, *fields, source=mention.source))


def _undefined(renaming: Renaming) -> Iterator[tuple[Mention, str]]:
    """Yield the names in methods that no source defines and that stay, without their scopes."""
    index, placeholder = renaming.sources, renaming.placeholder
    mentions = [
        (mention, mention.name)
        for mention in index.mentions(placeholder)
        if mention.kind != "scope" and mention.name
    ]
    groups = {above for _mention, full in mentions for above in index.prefixes(full)}
    for mention, full in mentions:
        name = full.rpartition(SCOPE)[2]
        is_defined = index.is_branch(placeholder, name) or any(
            index.named(placeholder, above) for above in (full, name, *index.prefixes(name))
        )
        is_group_of_keys = mention.kind in _WRITERS and full in groups
        if not is_defined and not is_group_of_keys and renaming.of(full) == full:
            yield mention, name


def _clash(new: str, other: HyperParameter, separator: str) -> str:
    """Return how a new name clashes with a hyperparameter, or an empty string."""
    if other.name == new:
        return f"`{new}` already exists."
    if f"{other.name}{separator}".startswith(f"{new}{separator}"):
        return f"`{new}` already is a group, with the member `{other.name}`."
    if new.startswith(f"{other.name}{separator}"):
        return f"`{other.name}` is a hyperparameter, so `{new}` would be a key of its value."
    if _as_option(new) == _as_option(other.name):
        return f"`{new}` and `{other.name}` would have the same option."
    if _as_option(new) in map(_as_option, old_names(other.hints)):
        return f"`{new}` is an alias of `{other.name}`."
    return ""


def _as_option(name: str) -> str:
    return name.replace("_", "-")
