"""What keeps Node from working, in words: an option that it refuses, a full disk, a folder that is not there."""

from __future__ import annotations

import json
import os
import re
import sys

__all__ = ["reason"]

ENDED = "Node has ended; what it printed may say why"
SYSTEM_ERROR = re.compile(r"\bE[A-Z]{3,}: [^\n]*")
"""How Node words what the operating system refuses: `ENOSPC: no space left on device, write`."""


def reason(error: Exception) -> str | None:
    """Why Node could not do what it was asked; None where the error is of something else, such as a construct."""
    if isinstance(error, OSError | json.JSONDecodeError):
        _expect_no_end()
    if isinstance(error, BrokenPipeError | json.JSONDecodeError):  # jsii reads an empty line where there is no answer
        options = os.environ.get("NODE_OPTIONS")
        return f"{ENDED} (NODE_OPTIONS is {options})" if options else ENDED
    if isinstance(error, OSError):
        if error.filename is not None and str(error.filename) == os.environ.get("JSII_NODE"):
            return f"cannot start Node: {error.filename} (JSII_NODE): {error.strerror}"
        return f"there is no temporary folder to use (TMPDIR): {error.strerror or error}"
    found = SYSTEM_ERROR.search(str(error))
    return f"Node cannot work here: {found[0]}" if found else None


def _expect_no_end() -> None:
    """Keep jsii from reporting, when Python ends, that it cannot end a Node that has ended or was never started."""
    report = sys.unraisablehook
    harmless = BrokenPipeError | AttributeError
    sys.unraisablehook = lambda told: None if isinstance(told.exc_value, harmless) else report(told)
