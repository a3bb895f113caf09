"""Why a value is refused, in parts that a report keeps apart."""

from __future__ import annotations

from findings import codes
from findings.codes import Code

__all__ = ["RefusedValue"]


class RefusedValue(ValueError):  # noqa: N818  pydantic takes any ValueError for a refusal; this one is no error of ours
    """A value that no model takes: what is wrong with it, the fix, and the part of the value that is meant.

    The reader may know a better fix, since it sees the rest of the file (see `topology.suggestions`).
    """

    def __init__(
        self, message: str, fix: str = "", at: tuple[str | int, ...] = (), code: Code = codes.INVALID_VALUE
    ) -> None:
        super().__init__(message)
        self.message, self.fix, self.at, self.code = message, fix, at, code
