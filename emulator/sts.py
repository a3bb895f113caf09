"""STS: callers are identified, and only existing roles can be assumed."""

from moto.core.exceptions import AccessDeniedError
from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, STSBackend

from emulator.mount import Extension
from emulator.organization import OPERATOR, is_member


class Backend(STSBackend):
    """Assumes existing roles only. moto issues credentials for any role ARN, so a wrong one would go unnoticed."""

    def assume_role(  # noqa: PLR0917 # moto calls it by position or by name
        self, region_name: str, role_session_name: str, role_arn: str, policy: str, duration: int, external_id: str
    ) -> AssumedRole:
        """Credentials for an existing role in an existing account; AccessDenied otherwise.

        STS does not distinguish a missing role from a forbidden one (IAM user guide, "Troubleshoot IAM roles"). Trust
        and permission policies are not evaluated.
        """
        account = role_arn.split(":")[4]
        if not is_member(account) or role_arn not in {role.arn for role in iam_backends[account]["aws"].roles.values()}:
            caller = f"arn:aws:iam::{self.account_id}:user/{OPERATOR}"
            raise AccessDeniedError(caller, action=f"sts:AssumeRole on resource: {role_arn}")
        return super().assume_role(region_name, role_session_name, role_arn, policy, duration, external_id)


def account_of(access_key: str) -> str | None:
    """The account that an access key belongs to; None if the emulator did not issue the key.

    moto's ``get_account_id_from`` searches all seven AWS partitions of each account, thereby creating them, and maps
    unknown keys to a default account.
    """
    return next(
        (account for account, iam in iam_backends.items() if access_key in iam["aws"].access_keys),
        None,
    )


EXTENSION = Extension("sts", backend=Backend)
