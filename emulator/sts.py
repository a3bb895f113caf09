"""Who is calling: only keys and roles that exist."""

from moto.core.exceptions import AccessDeniedError
from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, STSBackend

from emulator.mount import Extension
from emulator.organization import OPERATOR, is_member


class Backend(STSBackend):
    """moto hands out credentials for any role of any account, so that a wrong role ARN would go unnoticed."""

    def assume_role(  # noqa: PLR0917 # moto calls it by position or by name
        self, region_name: str, role_session_name: str, role_arn: str, policy: str, duration: int, external_id: str
    ) -> AssumedRole:
        """Credentials for a role that exists in an account that exists, else AccessDenied.

        STS does not tell a missing role from a forbidden one (IAM user guide, "Troubleshoot IAM roles"). Trust and
        permission policies are not evaluated.
        """
        account = role_arn.split(":")[4]
        if not is_member(account) or role_arn not in {role.arn for role in iam_backends[account]["aws"].roles.values()}:
            caller = f"arn:aws:iam::{self.account_id}:user/{OPERATOR}"
            raise AccessDeniedError(caller, action=f"sts:AssumeRole on resource: {role_arn}")
        return super().assume_role(region_name, role_session_name, role_arn, policy, duration, external_id)


def account_of(access_key: str) -> str | None:
    """The account that the access key belongs to, if it was issued here.

    moto's ``get_account_id_from`` looks through all seven AWS partitions of each account, which creates each of them,
    and takes unknown keys for its default account.
    """
    return next(
        (account for account, iam in iam_backends.items() if access_key in iam["aws"].access_keys),
        None,
    )


EXTENSION = Extension("sts", backend=Backend)
