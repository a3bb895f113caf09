"""Imported before all else: a start leaves out what takes Python long and is no use to a run that is short.

What is imported stays: searching it for garbage takes an eighth of a run. To find plug-ins, pydantic would read what
every installed package says of itself.
"""

import atexit
import gc
import os

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
gc.set_threshold(100_000, 20, 20)
atexit.register(gc.freeze)
