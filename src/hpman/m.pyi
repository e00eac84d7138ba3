# The stub of a project, which `hpman stubs` writes. Without one, this imports nothing.
from hpman_names import *  # type: ignore[import-not-found]

# A plain import would hide the manager of that name; a dunder name is never one.
from .manager import HyperParameterManager as __HyperParameterManager__

def __getattr__(name: str) -> __HyperParameterManager__: ...
