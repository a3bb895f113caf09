"""`python -m cli` is the same as `./hub`."""

import cli.start  # noqa: F401  what follows is imported faster
from cli.commands import run

run()
