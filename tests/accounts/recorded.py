"""boto3 clients with canned responses. Parameter checks, pagination and errors work as usual."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3.session
from botocore.config import Config

__all__ = ["Answer", "Answers", "Recorded", "Refusal"]

SESSION = boto3.session.Session("test", "test", region_name="us-east-1")
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1})


@dataclass(frozen=True)
class Refusal:
    """An error response from AWS."""

    code: str
    message: str = ""


Answer = dict[str, Any] | Refusal
Answers = Answer | Callable[[str, dict[str, Any]], Answer]
"""A fixed response, or a function of the account and the parameters of the request."""


@dataclass
class Recorded:
    """Replaces `accounts.clients.Clients`. `answers` has a response for each `service:Operation`."""

    answers: Mapping[str, Answers]
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """Account, operation and parameters of each request."""
    refused: Mapping[str, Exception] = field(default_factory=dict)
    """The error of assuming the role in an account."""

    def assume(self, role: Any, region: str) -> str:
        """Assume a role."""
        if role.account in self.refused:
            raise self.refused[role.account]
        return str(role.account)

    def get(self, service: str, role: Any, region: str) -> Any:
        """A client for a role."""
        client = SESSION.client(service, region_name=region, config=CONFIG)
        client.meta.events.register("before-parameter-build", _keep)
        client.meta.events.register(
            "before-call", lambda model, context, **_: self._answer(f"{service}:{model.name}", role.account, context)
        )
        return client

    def _answer(self, operation: str, account: str, context: dict[str, Any]) -> tuple[SimpleNamespace, dict[str, Any]]:
        parameters = context["asked"]
        self.asked.append((account, operation, parameters))
        known = self.answers[operation]
        answer = known(account, parameters) if callable(known) else known
        if isinstance(answer, Refusal):
            error = {"Code": answer.code, "Message": answer.message}
            return SimpleNamespace(status_code=400), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}
        return SimpleNamespace(status_code=200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}


def _keep(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    context["asked"] = dict(params)
