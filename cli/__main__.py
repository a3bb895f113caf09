"""`python -m cli` is the same as `./hub`."""

import modules.start.python  # noqa: F401  what follows is imported faster
from cli.app import run

run()
