"""Imported before all else: Python does not look for garbage while a program is imported, nor once more at its end.

What is imported stays, and the search takes an eighth of a short run.
"""

import atexit
import gc

gc.disable()


def imported() -> None:
    """From here on there is garbage."""
    gc.freeze()
    gc.enable()
    atexit.register(gc.freeze)
