"""Imported before all else: Python seldom looks for garbage in a run that is short, and not once more at its end.

What is imported stays, and searching it takes an eighth of a run.
"""

import atexit
import gc

gc.set_threshold(100_000, 20, 20)
atexit.register(gc.freeze)
