"""The catalogue of rules: codes, severities and explanations.

Owns what each code is called and how it is explained; knows not how anything
is found.
"""

from __future__ import annotations

from hpman.record import Record

ERROR = "error"  # the program or its command line does not work as written
WARNING = "warning"  # it works, and hardly as meant

_WIDTH = 80  # of an explanation
_SILENCE = """\
To leave a line out, end it with `# noqa: {code}`; to leave the rule out, give
`--ignore {code}`, or name it in `ignore` of [tool.hpman] in pyproject.toml."""
_NO_LINE = """\
To leave a file out, give `--exclude`, or name it in `exclude` of [tool.hpman]
in pyproject.toml."""


class Rule(Record):
    """Describe one rule.

    Attributes:
        code: the stable code.
        name: a short name, in words joined by dashes.
        severity: `error` or `warning`.
        summary: what is wrong, as a sentence.
        why: why that matters, in plain text.
        bad: an example that the rule finds.
        good: the example as it should be.
    """

    __slots__ = ()
    code: str
    name: str
    severity: str
    summary: str
    why: str
    bad: str
    good: str


def explained(rule: Rule) -> str:
    r"""Explain a rule to somebody at a terminal.

    Args:
        rule: the rule.

    >>> explained(CATALOGUE["HPM102"]).partition("\n")[0]
    'HPM102 name-not-literal (error)'
    """
    from textwrap import fill

    summary, why = (
        fill(" ".join(text.split()), _WIDTH, break_on_hyphens=False)
        for text in (rule.summary, rule.why)
    )
    silence = (_NO_LINE if rule.code == "HPM001" else _SILENCE).format(code=rule.code)
    bad, good = (
        "\n".join(f"    {line}".rstrip() for line in text.splitlines())
        for text in (rule.bad, rule.good)
    )
    return (
        f"{rule.code} {rule.name} ({rule.severity})\n\n{summary}\n\n{why}\n\n"
        f"Found:\n\n{bad}\n\nBetter:\n\n{good}\n\n{silence}\n"
    )


_RULES = (
    Rule(
        "HPM001",
        "unreadable-file",
        ERROR,
        "A file is no Python that can be read.",
        "Its hyperparameters are not known, so `parse_file` refuses the sources as a\n"
        "whole. A file that is met in a folder and cannot hold a hyperparameter is no\n"
        "finding.",
        '_("lr", 1e-3',
        '_("lr", 1e-3)',
    ),
    Rule(
        "HPM101",
        "wrong-number-of-arguments",
        ERROR,
        "A call has no name, or more than a name and a default.",
        "A manager takes the name of a hyperparameter and at most one default. All else\n"
        "is a hint, and needs a keyword.",
        '_("lr", 1e-3, "step size")',
        '_("lr", 1e-3, help="step size")',
    ),
    Rule(
        "HPM102",
        "name-not-literal",
        ERROR,
        "The name of a hyperparameter is no literal string.",
        "Sources are read without being run, so a name that is computed is not known to\n"
        "anybody: neither to the command line nor to a listing.",
        '_(f"{kind}_lr", 1e-3)',
        '{"actor": _("actor_lr", 1e-3), "critic": _("critic_lr", 1e-3)}[kind]',
    ),
    Rule(
        "HPM103",
        "hint-not-literal",
        ERROR,
        "The value of a hint is no literal.",
        "Hints are read without running the program; one that is computed tells nothing.",
        '_("optimizer", "adam", choices=list(OPTIMIZERS))',
        '_("optimizer", "adam", choices=["adam", "sgd"])',
    ),
    Rule(
        "HPM104",
        "default-not-literal",
        WARNING,
        "The default of a hyperparameter is no literal.",
        "Its value is known once the program has run the call: help shows the expression,\n"
        "the command line takes a value of any type, and a saved file leaves it out.",
        '_("end_lr", START_LR / 10)',
        '_("end_lr", 1e-4)',
    ),
    Rule(
        "HPM105",
        "malformed-name",
        WARNING,
        "A name is empty, has blanks around it, an empty part, or control characters.",
        "Such a name is a slip as a rule. It is hard to type as an option, an empty one\n"
        "makes no option at all, and one with an empty part has no place in the tree.",
        '_("model..depth ", 4)',
        '_("model.depth", 4)',
    ),
    Rule(
        "HPM106",
        "misspelled-hint",
        WARNING,
        "A hint is one letter away from one that the command line reads.",
        "Every keyword is a hint, and one that nobody knows is kept for other tools: what it\n"
        "says holds for nothing, and nobody hears of it.",
        '_("optimizer", "adam", choises=["adam", "sgd"])',
        '_("optimizer", "adam", choices=["adam", "sgd"])',
    ),
    Rule(
        "HPM201",
        "duplicate-default",
        ERROR,
        "A hyperparameter is given a default in more than one place.",
        "Among all calls with one name exactly one carries the default; otherwise nobody\n"
        "can tell which one is meant, and `parse_file` refuses the sources.",
        '_("lr", 1e-3)\n_("lr", 1e-2)',
        '_("lr", 1e-3)\n_("lr")',
    ),
    Rule(
        "HPM202",
        "undefined-name",
        ERROR,
        "A hyperparameter is used, and no call gives it a default.",
        "The program ends with a KeyError at that call unless a command line, a file or\n"
        "`set_value` gives the value. Most often the name is mistyped. A hyperparameter that\n"
        "is meant to be given each time says so with the hint `required=True`, and a branch\n"
        "that is asked for as a whole is no finding.",
        '_("weight_decay", 1e-4)\n_("weigth_decay")',
        '_("weight_decay", 1e-4)\n_("weight_decay")',
    ),
    Rule(
        "HPM203",
        "leaf-and-branch",
        ERROR,
        "A name is a hyperparameter, and a group of hyperparameters too.",
        "Names are read as a tree, split at the dots, and nothing in it can be a value\n"
        "and a group at once. `parse_file` refuses the sources.",
        '_("model", "resnet")\n_("model.depth", 50)',
        '_("model.name", "resnet")\n_("model.depth", 50)',
    ),
    Rule(
        "HPM204",
        "option-clash",
        ERROR,
        "Two hyperparameters make one option, or one makes an option that is there anyway.",
        "Underscores become dashes in options, a flag has a `--no-` form, a parser has\n"
        "`--help`, and `bind` adds the `--hp-` options. With a clash, `bind` refuses the\n"
        "parser.",
        '_("weight_decay", 1e-4)\n_("weight-decay", 1e-5)',
        '_("weight_decay", 1e-4)\n_("bias_decay", 1e-5)',
    ),
    Rule(
        "HPM205",
        "default-does-not-fit",
        ERROR,
        "A default is none of its choices, out of its range, or not of its type.",
        "The hints `choices`, `range` and `type` hold for each value from a command\n"
        "line or a file. A default that they refuse could not even be given again.",
        '_("dropout", 1.5, range=[0, 1])',
        '_("dropout", 0.5, range=[0, 1])',
    ),
    Rule(
        "HPM206",
        "similar-names",
        WARNING,
        "Two names differ by what looks like a slip.",
        "Both carry a default, so each works, and what is set for one does not reach the\n"
        "other. Names are similar if only case, dashes and underscores differ, or if one\n"
        "word has a slip: two neighbours are swapped, in four letters or more; one\n"
        "letter is missing or too many, inside of five letters, at the end of six, or in\n"
        "four if it is there twice or the name has other long words; one is wrong, in\n"
        "six or more. What differs in a first letter, a digit, the case of a letter that\n"
        "stands alone, in words that are known, as content and context, or in the kind\n"
        "of default, as a text and a number, is no slip. Forms of a word, as layer and\n"
        "layers, are two names unless they have one default, and that no common one; so\n"
        "are optimize and optimizer, unless both are texts.",
        '_("learning_rate", 1e-3)\n_("learningRate", 1e-3)',
        '_("learning_rate", 1e-3)\n_("learning_rate")',
    ),
    Rule(
        "HPM207",
        "malformed-hint",
        ERROR,
        "A hint that the command line reads is malformed.",
        "`type` names a type, `choices` lists values, and `range` is a pair in order, of\n"
        "what compares with the default. With any other one, `bind` refuses the parser.",
        '_("dropout", 0.5, range=[1, 0])',
        '_("dropout", 0.5, range=[0, 1])',
    ),
    Rule(
        "HPM301",
        "placeholder-hidden",
        ERROR,
        "A placeholder stands for something else where it is called.",
        "The sources are read as if the manager were called. The running program calls\n"
        "what the name is bound to there, such as a loop variable, a parameter, or\n"
        "gettext. A parameter that takes the manager says so with its type,\n"
        "`HyperParameterManager`.",
        'from hpman.m import _\n\nfor _ in range(3):\n    _("lr", 1e-3)',
        'from hpman.m import _\n\nfor step in range(3):\n    _("lr", 1e-3)',
    ),
)
CATALOGUE = {rule.code: rule for rule in _RULES}
