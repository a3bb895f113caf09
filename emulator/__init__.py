"""A local AWS Organization to which unmodified Terraform can deploy.

This is moto's server, extended wherever this project's resources depend on how AWS really behaves.
"""

from emulator.faults import Fault
from emulator.organization import Account, LocalOrganization
from emulator.server import LocalAWS, serve
from emulator.ssm import Machine, ScriptResult, Shell

__all__ = ["Account", "Fault", "LocalAWS", "LocalOrganization", "Machine", "ScriptResult", "Shell", "serve"]
