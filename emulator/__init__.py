"""A local AWS Organization that unmodified Terraform deploys to.

moto's server, extended where this project's resources need AWS to behave as AWS does.
"""

from emulator.organization import Account, LocalOrganization
from emulator.server import LocalAWS, serve
from emulator.ssm import Machine, Ran, Shell
from emulator.trouble import Trouble

__all__ = ["Account", "LocalAWS", "LocalOrganization", "Machine", "Ran", "Shell", "Trouble", "serve"]
