"""`python -m cli` is the same as `./hub`."""

from cli.commands import run

run()
