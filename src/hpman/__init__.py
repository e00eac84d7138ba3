"""Manage hyperparameters that are written where they are used.

Example::

    from hpman.m import _

    _.parse_file(__file__)
    learning_rate = _("lr", 1e-3)
"""

from __future__ import annotations

import sys as _sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import (
        errors as errors,
        hpm_db as hpm_db,
        m as m,
        manager as manager,
        primitives as primitives,
        source_helper as source_helper,
    )
    from .diagnostics import Diagnostic as Diagnostic
    from .errors import (
        EMPTY as EMPTY,
        ArgumentCountError as ArgumentCountError,
        DoubleAssignmentException as DoubleAssignmentException,
        EmptyValue as EmptyValue,
        HpmanError as HpmanError,
        ImpossibleTree as ImpossibleTree,
        NotLiteralEvaluable as NotLiteralEvaluable,
        NotLiteralNameException as NotLiteralNameException,
        UnknownNameWarning as UnknownNameWarning,
        UnreadableSourceError as UnreadableSourceError,
    )
    from .frozen import Frozen as Frozen
    from .hpm_db import (
        HyperParameterDB as HyperParameterDB,
        HyperParameterOccurrence as HyperParameterOccurrence,
        HyperParameterPriority as HyperParameterPriority,
        HyperParamNode as HyperParamNode,
        HyperParamTree as HyperParamTree,
        L as L,
        P as P,
    )
    from .literals import (
        NotLiteralError as NotLiteralError,
        is_path as is_path,
        kind_name as kind_name,
        literal_value as literal_value,
        member_name as member_name,
        parse_literal as parse_literal,
        readable_repr as readable_repr,
        show_literal as show_literal,
    )
    from .manager import HyperParameterManager as HyperParameterManager
    from .occurrence import Mention as Mention, Occurrence as Occurrence
    from .run_files import report as report, stopping as stopping
    from .runtime.origin import Explanation as Explanation, Origin as Origin
    from .static.index import (
        HyperParameter as HyperParameter,
        Index as Index,
        ModuleScan as ModuleScan,
    )
    from .static.scan import index_of as index_of, scan_text as scan_text
    from .text import Source as Source, SourceHelper as SourceHelper

# The public names by the module that defines them. Each is imported at its first use.
_NAMES_OF = {
    "text": "Source SourceHelper",
    "diagnostics": "Diagnostic",
    "errors": "EMPTY ArgumentCountError DoubleAssignmentException EmptyValue HpmanError"
    " ImpossibleTree NotLiteralEvaluable NotLiteralNameException UnknownNameWarning"
    " UnreadableSourceError",
    "frozen": "Frozen",
    "hpm_db": "HyperParamNode HyperParamTree HyperParameterDB HyperParameterOccurrence"
    " HyperParameterPriority L P",
    "literals": "NotLiteralError is_path kind_name literal_value member_name"
    " parse_literal readable_repr show_literal",
    "manager": "HyperParameterManager",
    "occurrence": "Mention Occurrence",
    "run_files": "report stopping",
    "runtime.origin": "Explanation Origin",
    "static.index": "HyperParameter Index ModuleScan",
    "static.scan": "index_of scan_text",
}
_MODULES = ("errors", "hpm_db", "m", "manager", "primitives", "source_helper")
_OWNERS = {name: module for module, names in _NAMES_OF.items() for name in names.split()}
__all__ = list(_OWNERS)

if getattr(_sys.modules.get("hpargparse"), "__file__", "") is None:  # it has no `__init__`
    from .upgrade import MESSAGE

    raise ImportError(MESSAGE)


def __getattr__(name: str) -> object:
    """Import a public name at its first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        return version("hpman")
    if "hpargparse.hputils" in _sys.modules:  # a module of the old hpargparse
        from .upgrade import MESSAGE

        raise ImportError(MESSAGE)
    if name in _MODULES:
        return __import__(f"{__name__}.{name}", fromlist=["__name__"])
    if name not in _OWNERS:
        message = f"module {__name__!r} has no attribute {name!r}"
        if name in ("_", "hp"):
            from sys import _getframe

            message = f"{message}; write `from hpman.m import {name}`"
            if _getframe(1).f_code.co_name == "_handle_fromlist":  # of `from hpman import _`
                raise ImportError(message, name=__name__)
        raise AttributeError(message)
    module = __import__(f"{__name__}.{_OWNERS[name]}", fromlist=[name])
    value = globals()[name] = getattr(module, name)
    return value


def load_ipython_extension(shell: Any) -> None:
    """Load `%load_ext hpman`; IPython calls this with itself."""
    _kernel().load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Unload `%unload_ext hpman`."""
    _kernel().unload(shell)


def _kernel() -> Any:
    return __import__("hpargparse.kernel.magic", fromlist=["load"])


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*globals(), *_OWNERS, *_MODULES, "__version__"})
