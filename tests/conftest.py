"""For all tests."""

import typeguard  # noqa: F401  imported first, it stays: the generated classes check each argument (modules/start/node.py)
