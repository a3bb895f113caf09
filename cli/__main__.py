"""`python -m cli` is the same as `./hub`."""

from cli.start import imported

# isort: split
from cli.commands import run

imported()
run()
