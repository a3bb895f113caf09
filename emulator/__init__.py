"""A local AWS Organization that unmodified Terraform deploys to.

moto's server, extended where this project's resources need AWS to behave as AWS does.
"""

from emulator.organization import Account, LocalOrganization
from emulator.server import LocalAWS, serve
from emulator.trouble import Trouble

__all__ = ["Account", "LocalAWS", "LocalOrganization", "Trouble", "serve"]
