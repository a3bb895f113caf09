"""The error for a value of the right type that is not accepted."""

from __future__ import annotations

from findings.codes import Code

__all__ = ["InvalidError"]


class InvalidError(ValueError):
    """A value is not accepted. Pydantic passes the error on, and `topology.reader` takes the code from it."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
