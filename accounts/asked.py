"""An account in a region, asked as one role, whose refusals name the IAM action that the role lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from accounts.clients import AWSError, Clients, pages, reason
from accounts.judgements import Role
from topology.design import Account
from topology.names import STACK_TAG, STATE_TAG

__all__ = ["AskedAccount", "RefusedError", "part_filters"]

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
"""AWS's codes for a role that lacks the action: most services', and EC2's."""


class RefusedError(Exception):
    """A call that AWS refused, or did not answer."""

    def __init__(self, why: str, code: str = "", action: str = "") -> None:
        super().__init__(why)
        self.code = code
        """AWS's; empty where no answer came."""
        self.action = action
        """The IAM action that the role lacks; empty where something else is wrong."""


@dataclass(frozen=True)
class AskedAccount:
    """An account in a region, asked as one role. Safe for threads, as boto3's clients are."""

    clients: Clients
    role: Role
    region: str
    _made: dict[str, Any] = field(default_factory=dict, compare=False)

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401  boto3's own
        """One call; raises `RefusedError`."""
        return next(self._answers(service, lambda client: iter([getattr(client, operation)(**arguments)])))

    def items(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  boto3's own
        """Everything in a list, page by page; raises `RefusedError`."""
        for page in self._answers(service, lambda client: pages(client, operation, **arguments)):
            yield from page[key]

    def _answers(self, service: str, ask: Callable[[Any], Iterator[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
        try:
            if service not in self._made:
                self._made[service] = self.clients.get(service, self.role, self.region)
            yield from ask(self._made[service])
        except AWSError as error:
            code = str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""
            action = f"{service}:{error.operation_name}" if isinstance(error, ClientError) and code in DENIED else ""
            raise RefusedError(reason(error), code, action) from None


def part_filters(account: Account, part: str) -> list[dict[str, Any]]:
    """EC2's filters for a part of a stack, by the project's tags."""
    tags = {"hub:part": part, **{key: account.tags[key] for key in (STACK_TAG, STATE_TAG)}}
    return [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]
