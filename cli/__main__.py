"""`python -m cli` is the same as `./hub`."""

from modules import start

start.install(constructs=False)  # before what it makes faster is imported

# isort: split
from cli.app import run  # noqa: E402

run()
