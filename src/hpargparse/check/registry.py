"""The registry of rules: codes, severities and explanations.

Owns what each code is called, how lists of codes are read, and how a rule is explained.
Must not know how findings are made.
"""

from __future__ import annotations

from collections.abc import Iterable

from hpman import Frozen
from hpman.names import advice

from ..errors import SettingsError

_WIDTH = 80  # of an explanation
_SUPPRESS = """\
To silence a line, end it with `# noqa: {code}`. To turn the rule off, use
`--ignore {code}`, or `ignore` in [tool.hpman] of pyproject.toml."""
_EXCLUDE = """\
To leave a file out, use `--exclude`, or `exclude` in [tool.hpman] of
pyproject.toml."""


class Rule(Frozen):
    """Describe one rule."""

    __slots__ = ()
    code: str
    name: str
    severity: str
    summary: str
    why: str
    bad: str
    good: str


def explain(rule: Rule) -> str:
    r"""Return the explanation of a rule as text for a terminal.

    >>> explain(RULES["HPM102"]).partition("\n")[0]
    'HPM102 name-not-literal (error)'
    """
    from textwrap import fill, indent

    summary, why = (
        fill(" ".join(text.split()), _WIDTH, break_on_hyphens=False)
        for text in (rule.summary, rule.why)
    )
    bad, good = indent(rule.bad, "    "), indent(rule.good, "    ")
    suppress = (_EXCLUDE if rule.code == "HPM001" else _SUPPRESS).format(code=rule.code)
    return (
        f"{rule.code} {rule.name} ({rule.severity})\n\n{summary}\n\n{why}\n\n"
        f"Found:\n\n{bad}\n\nBetter:\n\n{good}\n\n{suppress}\n"
    )


_RULES = (
    Rule(
        "HPM001",
        "unreadable-file",
        "error",
        "A file cannot be read or parsed.",
        "Its hyperparameters are unknown, so `parse_file` refuses all sources. A broken\n"
        "file in a folder is not reported if it cannot contain a hyperparameter.",
        '_("lr", 1e-3',
        '_("lr", 1e-3)',
    ),
    Rule(
        "HPM101",
        "wrong-number-of-arguments",
        "error",
        "A call has no name, or more than a name and a default.",
        "A manager takes the name of a hyperparameter and at most one default. Everything\n"
        "else is a hint and needs a keyword.",
        '_("lr", 1e-3, "step size")',
        '_("lr", 1e-3, help="step size")',
    ),
    Rule(
        "HPM102",
        "name-not-literal",
        "error",
        "The name of a hyperparameter is not a literal string.",
        "Sources are read without being run, so the command line and listings cannot\n"
        "know a computed name.",
        '_(f"{kind}_lr", 1e-3)',
        '{"actor": _("actor_lr", 1e-3), "critic": _("critic_lr", 1e-3)}[kind]',
    ),
    Rule(
        "HPM103",
        "hint-not-literal",
        "error",
        "The value of a hint is not a literal.",
        "Sources are read without being run, so the value of a computed hint is unknown.",
        '_("optimizer", "adam", choices=list(OPTIMIZERS))',
        '_("optimizer", "adam", choices=["adam", "sgd"])',
    ),
    Rule(
        "HPM104",
        "default-not-literal",
        "warning",
        "The default of a hyperparameter is not a literal.",
        "Its value is unknown until the program runs the call. Until then help shows the\n"
        "expression, the option accepts a value of any type, and a saved file omits it.",
        '_("end_lr", START_LR / 10)',
        '_("end_lr", 1e-4)',
    ),
    Rule(
        "HPM105",
        "malformed-name",
        "warning",
        "A name is empty, or has blanks, an empty part, `=` or control characters.",
        "Such a name is usually a mistake. It is hard to type as an option, and a name\n"
        "with an empty part has no place in the tree.",
        '_("model..depth ", 4)',
        '_("model.depth", 4)',
    ),
    Rule(
        "HPM106",
        "misspelled-hint",
        "warning",
        "A hint is one letter away from one that the command line reads.",
        "Any keyword is a hint, and unknown hints are kept for other tools. A misspelled\n"
        "one has no effect, and nothing else reports it.",
        '_("optimizer", "adam", choises=["adam", "sgd"])',
        '_("optimizer", "adam", choices=["adam", "sgd"])',
    ),
    Rule(
        "HPM107",
        "malformed-scope",
        "error",
        "The name of a scope is empty, has an empty part, or contains a dot.",
        "The call raises ValueError. A `/` stands between scopes that are opened at once, and\n"
        "dots separate the parts of names.",
        'with _.scope("model.encoder"):\n    ...',
        'with _.scope("model/encoder"):\n    ...',
    ),
    Rule(
        "HPM201",
        "duplicate-default",
        "error",
        "A hyperparameter has a default in more than one place.",
        "Exactly one of the calls with a name may have a default. Otherwise it is unclear\n"
        "which one is meant, and `parse_file` refuses the sources.",
        '_("lr", 1e-3)\n_("lr", 1e-2)',
        '_("lr", 1e-3)\n_("lr")',
    ),
    Rule(
        "HPM202",
        "undefined-name",
        "error",
        "A hyperparameter is used, but no call gives it a default.",
        "The call raises KeyError unless the command line, a file or `set_value` provides\n"
        "a value. Usually the name is misspelled. If a value must always be provided, add\n"
        "the hint `required=True`. A group that is read as a dict is not reported.",
        '_("weight_decay", 1e-4)\n_("weigth_decay")',
        '_("weight_decay", 1e-4)\n_("weight_decay")',
    ),
    Rule(
        "HPM203",
        "leaf-and-branch",
        "error",
        "A name is both a hyperparameter and a group of hyperparameters.",
        "Names form a tree, split at the dots. A place in it is either a value or a group.\n"
        "`parse_file` refuses the sources.",
        '_("model", "resnet")\n_("model.depth", 50)',
        '_("model.name", "resnet")\n_("model.depth", 50)',
    ),
    Rule(
        "HPM204",
        "option-clash",
        "error",
        "Two hyperparameters make the same option, or one makes a predefined option.",
        "Underscores become dashes in options, a flag has a `--no-` form, a parser has\n"
        "`--help`, and `bind` adds the `--hp-` options. `bind` raises an error on a clash.",
        '_("weight_decay", 1e-4)\n_("weight-decay", 1e-5)',
        '_("weight_decay", 1e-4)\n_("bias_decay", 1e-5)',
    ),
    Rule(
        "HPM205",
        "default-does-not-fit",
        "error",
        "A default is not one of its choices, outside its range, or not of its type.",
        "The hints `choices`, `range` and `type` apply to every value from the command\n"
        "line or a file, so this default could not be passed explicitly.",
        '_("dropout", 1.5, range=[0, 1])',
        '_("dropout", 0.5, range=[0, 1])',
    ),
    Rule(
        "HPM206",
        "similar-names",
        "warning",
        "Two names differ by a likely typo.",
        "Both have a default, so both work, but a value set for one does not reach the\n"
        "other. Names are similar if they differ only in case, dashes and underscores, or\n"
        "in one word: by two swapped letters, or by one missing or wrong letter inside a\n"
        "long word.",
        '_("learning_rate", 1e-3)\n_("learningRate", 1e-3)',
        '_("learning_rate", 1e-3)\n_("learning_rate")',
    ),
    Rule(
        "HPM207",
        "malformed-hint",
        "error",
        "A hint that hpman or the command line reads is malformed.",
        "`type` names a type, `choices` lists values, and `range` is an ascending pair\n"
        "that the default can be compared with; `bind` raises an error on any other value.\n"
        "`help`, `group` and `metavar` are strings, `required` and `optional` are True or\n"
        'False, and `scale` is "linear" or "log". `aliases` lists old names, which differ\n'
        "from the name. None counts as no hint.",
        '_("dropout", 0.5, range=[1, 0])',
        '_("dropout", 0.5, range=[0, 1])',
    ),
    Rule(
        "HPM208",
        "alias-clash",
        "error",
        "An alias is also the name or the alias of another hyperparameter.",
        "The hint `aliases` keeps old names usable on the command line and in files. An old\n"
        "name that stands for two hyperparameters is ambiguous, so `bind` and `load` raise an\n"
        "error. If a call still uses the old name, rename it there.",
        '_("lr", 1e-3, aliases=["optim.lr"])\n_("optim.lr")',
        '_("lr", 1e-3, aliases=["optim.lr"])\n_("lr")',
    ),
    Rule(
        "HPM209",
        "unknown-scope",
        "warning",
        "A program sets a value for a scope that no source opens.",
        "The value has no effect. Usually the name of the scope is misspelled. Nothing is\n"
        "reported if the name of some scope is computed, because it may be any then, and\n"
        "if single files are checked without --follow-imports.",
        'with _.scope("encoder"):\n    _("depth", 4)\n_.set_value("encodr/depth", 6)',
        'with _.scope("encoder"):\n    _("depth", 4)\n_.set_value("encoder/depth", 6)',
    ),
    Rule(
        "HPM210",
        "malformed-space",
        "error",
        "The hints of a search space are malformed, or contradict each other.",
        "`hpman sweep` refuses such hints. `scale` and `step` need a `range` of numbers, or\n"
        "`search=[lowest, highest]`. A logarithmic scale begins above 0. A step reaches the\n"
        "highest value. `search` is True, False, or values that the hyperparameter accepts.",
        '_("lr", 1e-3, range=[0, 1], scale="log")',
        '_("lr", 1e-3, range=[1e-5, 1], scale="log")',
    ),
    Rule(
        "HPM211",
        "equal-choices",
        "warning",
        "Two of the choices are equal, such as 1 and 1.0, or 1 and True.",
        "A program that compares the value cannot tell them apart, and a sweep may try both.",
        '_("shuffle", "auto", choices=["auto", True, 1])',
        '_("shuffle", "auto", choices=["auto", True])',
    ),
    Rule(
        "HPM212",
        "malformed-condition",
        "error",
        "The hint `when` names no hyperparameter, leads back to itself, or cannot be true.",
        "A sweep chooses a value only if the hyperparameters in `when` have one of the values\n"
        "there. A name or a value that does not exist is usually misspelled.",
        '_("optimizer", "adam", choices=["adam", "sgd"])\n'
        '_("momentum", 0.9, when={"optimizer": ["sdg"]})',
        '_("optimizer", "adam", choices=["adam", "sgd"])\n'
        '_("momentum", 0.9, when={"optimizer": ["sgd"]})',
    ),
    Rule(
        "HPM213",
        "unknown-name",
        "warning",
        "A method sets a name that nothing reads, or reads a name that nothing defines.",
        "A value that is set this way has no effect, and reading it is an error. Usually the name\n"
        "is misspelled. Nothing is reported for `exists` and `get_value(name, False)`, in files\n"
        "that call `parse_source`, and if single files are checked without --follow-imports.",
        '_("lr", 1e-3)\n_.set_value("lrr", 0.1)',
        '_("lr", 1e-3)\n_.set_value("lr", 0.1)',
    ),
    Rule(
        "HPM301",
        "placeholder-hidden",
        "error",
        "A placeholder is bound to something else where it is called.",
        "The sources are read as if the manager were called, but the program calls what\n"
        "the name is bound to: a loop variable, a parameter, or gettext. If a parameter\n"
        "receives the manager, annotate it with `HyperParameterManager`.",
        'from hpman.m import _\n\nfor _ in range(3):\n    _("lr", 1e-3)',
        'from hpman.m import _\n\nfor step in range(3):\n    _("lr", 1e-3)',
    ),
    Rule(
        "HPM302",
        "placeholder-not-bound",
        "error",
        "A file calls a placeholder that it never binds.",
        "The sources are read as if the manager were called, but the program raises\n"
        "NameError. A name that a star import, gettext or other code may provide as a builtin\n"
        "is not reported, nor one that is passed to `--placeholder`.",
        'import hpman.m\n\nhpman.m._("lr", 1e-3)\n_("depth", 4)',
        'from hpman.m import _\n\n_("lr", 1e-3)\n_("depth", 4)',
    ),
)
RULES = {rule.code: rule for rule in _RULES}


def read_codes(texts: Iterable[str]) -> tuple[str, ...]:
    """Read lists of codes, prefixes of codes, names of rules, or `ALL`.

    >>> read_codes(["hpm2, HPM101", "leaf-and-branch", "ALL"])
    ('HPM2', 'HPM101', 'HPM203', 'HPM')
    """
    names = {rule.name.upper(): rule.code for rule in RULES.values()} | {"ALL": "HPM"}
    codes = []
    problems = {}
    for text in texts:
        for item in text.replace(",", " ").split() or [text]:
            code = names.get(item.upper(), item.upper())
            codes.append(code)
            if not code or not any(rule.startswith(code) for rule in RULES):
                problems[item] = f"{item!r} is not a code; {advice(code, RULES, 3)}"
    if problems:
        raise SettingsError(*problems.values())
    return tuple(codes)
