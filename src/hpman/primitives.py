"""The errors and `EmptyValue`, where the releases before 1.0 have them."""

from .errors import (
    DoubleAssignmentException,
    EmptyValue,
    ImpossibleTree,
    NotLiteralEvaluable,
    NotLiteralNameException,
)

__all__ = [
    "DoubleAssignmentException",
    "EmptyValue",
    "ImpossibleTree",
    "NotLiteralEvaluable",
    "NotLiteralNameException",
]
