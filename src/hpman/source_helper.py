"""`SourceHelper`, where the releases before 1.0 have it."""

from .text import SourceHelper

__all__ = ["SourceHelper"]
