# A plain import would hide the manager of that name; a dunder name is never one.
from .manager import HyperParameterManager as __HyperParameterManager__

def __getattr__(name: str) -> __HyperParameterManager__: ...
