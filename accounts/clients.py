"""AWS clients for the roles of a topology, each role assumed once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from accounts.judgements import Role

__all__ = ["AWSError", "CallerError", "Clients", "pages", "reason"]

AWSError = (ClientError, BotoCoreError)
"""The errors of a call: AWS returned an error, or no response."""

# A check should return "unknown" within a minute rather than hang a pipeline. The standard mode retries throttling and
# transient faults with increasing pauses. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
ATTEMPTS = 3
NO_ANSWER = (NoConnectionError, HTTPClientError)
SESSION_NAME = "endpoint-hub"
"""The session name that CloudTrail shows."""


class CallerError(Exception):
    """No call is possible: there are no credentials, AWS refuses them, or AWS is unreachable."""


class Clients:
    """Creates boto3 clients. Thread-safe.

    All come from one boto3 session, so that a service's model (EC2's is several megabytes) is read once, not once per
    account. Creating a client is not thread-safe; using one is
    (https://docs.aws.amazon.com/boto3/latest/guide/clients.html).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[Role, dict[str, str]] = {}
        try:
            self._session = boto3.session.Session()
            self._region = self._session.region_name or "us-east-1"
            caller = self._client("sts", self._region).get_caller_identity()
        except AWSError as error:
            raise CallerError(f"{_trouble(error)}: {reason(error)}") from error
        self.caller_account: str = caller["Account"]
        self.caller_arn: str = caller["Arn"]

    def assume(self, role: Role, region: str) -> str:
        """Assume a role for all later clients; returns the account that the role is in. Raises `AWSError`."""
        if not role.arn:
            self._keys[role] = {}
            return self.caller_account
        external = {"ExternalId": role.external_id} if role.external_id else {}
        answer = self._client("sts", region).assume_role(RoleArn=role.arn, RoleSessionName=SESSION_NAME, **external)
        keys = answer["Credentials"]
        self._keys[role] = {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }
        return str(answer["AssumedRoleUser"]["Arn"].split(":")[4])

    def get(self, service: str, role: Role, region: str, attempts: int = ATTEMPTS) -> Any:  # noqa: ANN401  boto3's clients have no types
        """A client of a service, with a role that was assumed. Clients are not cached: each takes up to a megabyte."""
        return self._client(service, region, self._keys[role], attempts)

    def _client(self, service: str, region: str, keys: dict[str, str] | None = None, attempts: int = ATTEMPTS) -> Any:  # noqa: ANN401
        retries = {"mode": "standard", "total_max_attempts": attempts}
        config = Config(connect_timeout=5, read_timeout=20, retries=retries)
        with self._lock:
            return self._session.client(service, region_name=region, config=config, **keys or {})


def pages(client: Any, operation: str, **arguments: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Every page of a list operation."""
    yield from client.get_paginator(operation).paginate(**arguments)


def _trouble(error: Exception) -> str:
    if isinstance(error, ClientError):
        return "AWS refuses the credentials"
    return "AWS cannot be reached" if isinstance(error, NO_ANSWER) else "no AWS credentials"


def reason(error: Exception) -> str:
    """Why a call failed, in one line: AWS's error code and message, or why there was no response."""
    if not isinstance(error, ClientError):
        return " ".join(str(error).split())
    told = error.response.get("Error", {})
    code, message = told.get("Code", "no code"), " ".join(told.get("Message", "").split())
    return f"{error.operation_name}: {code}" + (f": {message}" if message and message != code else "")
