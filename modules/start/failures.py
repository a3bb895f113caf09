"""What keeps Node from working, in words: an option that it refuses, a full disk, a folder that is not there."""

from __future__ import annotations

import os
import re

__all__ = ["ENDED", "reason"]

ENDED = "Node has ended; what it printed may say why"
SYSTEM_ERROR = re.compile(r"\bE[A-Z]{3,}: [^\n]*")
"""How Node words what the operating system refuses: `ENOSPC: no space left on device, write`."""


def reason(error: Exception) -> str | None:
    """Why Node could not do what it was asked; None where the error is of something else, such as a construct."""
    text = str(error)
    found = SYSTEM_ERROR.search(text)
    if found:
        return f"Node cannot work here: {found[0]}"
    if text == ENDED:
        options = os.environ.get("NODE_OPTIONS")
        return f"{ENDED} (NODE_OPTIONS is {options})" if options else ENDED
    return None
