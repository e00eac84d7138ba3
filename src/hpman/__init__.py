"""Hyperparameters written where they are used, managed as a whole.

Example::

    from hpman.m import _

    _.parse_file(__file__)
    learning_rate = _("lr", 1e-3)
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import m as m
    from ._text import Source as Source
    from ._text import SourceHelper as SourceHelper
    from ._text import from_here as from_here
    from ._text import printable as printable
    from ._text import shown_path as shown_path
    from ._text import width_of as width_of
    from .diagnostics import Diagnostic as Diagnostic
    from .errors import (
        EMPTY as EMPTY,
    )
    from .errors import (
        ArgumentCountError as ArgumentCountError,
    )
    from .errors import (
        DoubleAssignmentException as DoubleAssignmentException,
    )
    from .errors import (
        EmptyValue as EmptyValue,
    )
    from .errors import (
        HpmanError as HpmanError,
    )
    from .errors import (
        ImpossibleTree as ImpossibleTree,
    )
    from .errors import (
        NotLiteralEvaluable as NotLiteralEvaluable,
    )
    from .errors import (
        NotLiteralNameException as NotLiteralNameException,
    )
    from .errors import (
        UnreadableSourceError as UnreadableSourceError,
    )
    from .globs import left_out as left_out
    from .hpm_db import (
        HyperParameterDB as HyperParameterDB,
    )
    from .hpm_db import (
        HyperParameterOccurrence as HyperParameterOccurrence,
    )
    from .hpm_db import (
        HyperParameterPriority as HyperParameterPriority,
    )
    from .hpm_db import (
        HyperParamNode as HyperParamNode,
    )
    from .hpm_db import (
        L as L,
    )
    from .hpm_db import (
        P as P,
    )
    from .manager import HyperParameterManager as HyperParameterManager
    from .occurrence import Occurrence as Occurrence
    from .programs import hand_on as hand_on
    from .programs import index_of_all as index_of_all
    from .programs import managers_of as managers_of
    from .runtime.origin import Explanation as Explanation
    from .runtime.origin import Origin as Origin
    from .static.files import sources_among as sources_among
    from .static.imports import reachable_among as reachable_among
    from .static.index import HyperParameter as HyperParameter
    from .static.index import Index as Index
    from .static.index import ScannedFile as ScannedFile
    from .static.scan import index_of as index_of
    from .static.scan import index_of_blobs as index_of_blobs

# Each public name and the module that owns it: a name is imported when it is first asked for.
_OWNERS = {
    "ArgumentCountError": "errors",
    "Diagnostic": "diagnostics",
    "DoubleAssignmentException": "errors",
    "EMPTY": "errors",
    "EmptyValue": "errors",
    "Explanation": "runtime.origin",
    "HpmanError": "errors",
    "HyperParamNode": "hpm_db",
    "HyperParameter": "static.index",
    "HyperParameterDB": "hpm_db",
    "HyperParameterManager": "manager",
    "HyperParameterOccurrence": "hpm_db",
    "HyperParameterPriority": "hpm_db",
    "ImpossibleTree": "errors",
    "Index": "static.index",
    "L": "hpm_db",
    "NotLiteralEvaluable": "errors",
    "NotLiteralNameException": "errors",
    "Occurrence": "occurrence",
    "Origin": "runtime.origin",
    "P": "hpm_db",
    "ScannedFile": "static.index",
    "Source": "_text",
    "SourceHelper": "_text",
    "UnreadableSourceError": "errors",
    "from_here": "_text",
    "hand_on": "programs",
    "index_of": "static.scan",
    "index_of_all": "programs",
    "index_of_blobs": "static.scan",
    "left_out": "globs",
    "managers_of": "programs",
    "printable": "_text",
    "reachable_among": "static.imports",
    "shown_path": "_text",
    "sources_among": "static.files",
    "width_of": "_text",
}
_MODULES = ("errors", "hpm_db", "m", "manager")

__all__ = [
    "EMPTY",
    "ArgumentCountError",
    "Diagnostic",
    "DoubleAssignmentException",
    "EmptyValue",
    "Explanation",
    "HpmanError",
    "HyperParamNode",
    "HyperParameter",
    "HyperParameterDB",
    "HyperParameterManager",
    "HyperParameterOccurrence",
    "HyperParameterPriority",
    "ImpossibleTree",
    "Index",
    "L",
    "NotLiteralEvaluable",
    "NotLiteralNameException",
    "Occurrence",
    "Origin",
    "P",
    "ScannedFile",
    "Source",
    "SourceHelper",
    "UnreadableSourceError",
    "from_here",
    "hand_on",
    "index_of",
    "index_of_all",
    "index_of_blobs",
    "left_out",
    "managers_of",
    "printable",
    "reachable_among",
    "shown_path",
    "sources_among",
    "width_of",
]


def __getattr__(name: str) -> object:
    """Import a public name from its owner at first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        return version("hpman")
    if name in _MODULES:
        return __import__(f"{__name__}.{name}", fromlist=["__name__"])
    if name not in _OWNERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = __import__(f"{__name__}.{_OWNERS[name]}", fromlist=[name])
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    """Name what can be imported from here."""
    return sorted({*globals(), *_OWNERS, *_MODULES, "__version__"})
