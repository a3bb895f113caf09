"""Serves the extended moto on 127.0.0.1, one request at a time, failing fast."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from unittest import mock
from xml.sax.saxutils import escape

from moto.backends import list_of_moto_modules
from moto.core.base_backend import BackendDict
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.organizations.models import organizations_backends
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

from emulator import ec2, profiles, ram, resolver, route53, s3, ssm, sts
from emulator.faults import Fault, Faults, throttling
from emulator.leftovers import Inventory, inventory
from emulator.mount import mounted
from emulator.organization import OPERATOR, LocalOrganization, create

LOG = logging.getLogger(__name__)
SERVICES = (sts, ram, ec2, resolver, route53, s3, ssm)
EXTENSIONS = tuple(service.EXTENSION for service in SERVICES)
CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/[^/]+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
UNKNOWN_KEY = {"ec2": "AuthFailure", "s3": "InvalidAccessKeyId", "sts": "InvalidClientTokenId"}
CLIENT_TOKEN = re.compile(rb'(?:(?:^|&)ClientToken=|"clientToken": ?")(?P<token>[^&"]+)')
GAP = "EmulatorGap"
BAD_REQUEST = 400
NOT_HERE = 404
SERVER_FAULT = 500

Headers = list[tuple[str, str]]
Reply = tuple[str, Headers, bytes]
StartResponse = Callable[[str, Headers], Any]

_one_at_a_time = threading.Lock()


@dataclass
class LocalAWS:
    """A running emulator."""

    url: str
    organization: LocalOrganization
    _application: Application
    _baseline: Inventory

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults injected into requests. Can be set at any time, also while requests are in progress."""
        return self._application.faults.rules

    @faults.setter
    def faults(self, faults: tuple[Fault, ...]) -> None:
        self._application.faults = Faults(faults)

    @property
    def injected(self) -> Counter[tuple[str, str]]:
        """The number of faults injected, by fault and action, since ``faults`` was last set.

        The faults are ``latency``, ``throttled``, ``lost_request`` and ``lost_response``.
        """
        return Counter(self._application.faults.injected)

    def environment(self, account: str | None = None) -> dict[str, str]:
        """The environment variables that make Terraform, boto3 and cdktf talk to this emulator and to nothing else.

        The credentials are of a user in the management account, or in ``account``. Add these variables to the
        environment of a process; they override the caller's configuration for real AWS. Raises KeyError for an account
        that is not in the organization.
        """
        keys = iam_backends[self._known(account)]["aws"].users[OPERATOR].access_keys
        return {
            # An address, not a name: with "localhost", S3 would resolve bucket.localhost.
            "AWS_ENDPOINT_URL": self.url,
            "NO_PROXY": "127.0.0.1",
            "AWS_ACCESS_KEY_ID": keys[0].access_key_id,
            "AWS_SECRET_ACCESS_KEY": keys[0].secret_access_key,
            "AWS_SESSION_TOKEN": "",
            "AWS_REGION": self.organization.region,
            "AWS_DEFAULT_REGION": self.organization.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CHECKPOINT_DISABLE": "1",
            "TF_INPUT": "0",
        }

    def leftovers(self) -> Inventory:
        """The kind and id of the resources that still exist, by account; empty for a clean organization.

        Resources that AWS creates by itself or that existed at the start are left out, as are accounts without
        resources.
        """
        with self._application.lock:
            now = inventory(self.organization.account_ids)
        left = {
            account: [item for item in items if item not in self._baseline[account]] for account, items in now.items()
        }
        return {account: items for account, items in left.items() if items}

    def _known(self, account: str | None) -> str:
        if account not in (None, *self.organization.account_ids):
            raise KeyError(f"account {account} is not in {self.organization.id}")
        return account or self.organization.management_account


@contextmanager
def serve(
    organization: LocalOrganization,
    port: int = 0,
    *,
    faults: tuple[Fault, ...] = (),
    shell: ssm.Shell | None = None,
) -> Iterator[LocalAWS]:
    """Run the organization on 127.0.0.1 until the block ends; ``port`` 0 picks a free one.

    ``faults`` are injected into requests; none by default. ``shell`` runs the scripts that Run Command sends to
    instances; without a shell, no instance is registered.

    The server is ready when the block begins. No state is kept from one use to the next. moto's state is global, so a
    process can run only one emulator at a time: a second one raises RuntimeError. Raises OSError if the port is in use.
    """
    if not _one_at_a_time.acquire(blocking=False):
        raise RuntimeError("an emulator is already running in this process")
    try:
        # werkzeug exits the process if it cannot bind the port, so the socket is created here.
        with (
            socket.create_server(("127.0.0.1", port)) as listener,
            _fresh_moto(),
            mock.patch.object(ram.Backend, "share_delay", organization.share_delay),
        ):
            create(organization)
            application = Application(Faults(faults))
            # Shells that are still running may call the emulator, so they end first.
            with _listening(application, listener) as url, ssm.commands_run_by(shell):
                yield LocalAWS(url, organization, application, inventory(organization.account_ids))
    finally:
        _one_at_a_time.release()


@contextmanager
def _listening(application: Application, listener: socket.socket) -> Iterator[str]:
    """Serve requests on the socket, in a thread of its own, and yield the URL."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=QuietHandler, fd=listener.fileno())
    # Polls for shutdown twenty times a second. With the default of twice a second, shutdown takes half a second.
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="emulator")
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _fresh_moto() -> Iterator[None]:
    """An empty moto with the extensions and AWS's managed policies."""
    _reset_moto()
    try:
        with (
            mounted(*EXTENSIONS),
            profiles.mounted(),
            mock.patch("moto.iam.models.load_iam_aws_managed_policies", return_value=True),
            mock.patch("moto.iam.models.get_account_id_from", sts.account_of),
        ):
            yield
    finally:
        _reset_moto()


def _reset_moto() -> None:
    # moto resets backends one after the other, and resetting one may recreate another (a resolver recreates its
    # account's EC2 backend), which the next reset does not know. So the dictionaries are cleared as well.
    used = list(BackendDict._instances)  # type: ignore[misc]  # noqa: SLF001 # generic, and no accessor
    BackendDict.reset()
    for backends in used:
        backends.clear()
    # The reset skips these maps: accounts would stay in an organization that is gone, and bucket names would stay
    # taken.
    organizations_backends.master_accounts.clear()
    s3_backends.bucket_accounts.clear()


class QuietHandler(MotoRequestHandler):
    """A request handler that does not log every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Do nothing: errors worth logging are logged where they happen."""

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        """Close a connection that is to be dropped; werkzeug would wait for the next request."""
        super().connection_dropped(error, environ)
        self.close_connection = True


class Dispatcher(DomainDispatcherApplication):
    """Reports a service that moto lacks as an error; moto prints a line and then crashes."""

    def get_backend_for_host(self, host: str | None) -> Any:  # noqa: ANN401 # moto's own
        """The name of the service at this host."""
        known = host is None or host == "moto_api" or host in list_of_moto_modules()
        if not known and not any(pattern.match(f"http://{host}") for _, pattern in self.backend_url_patterns):
            raise NotImplementedError(f"no service answers at {host}")
        return super().get_backend_for_host(host)


class Application:
    """The WSGI application: moto behind a lock, without responses that an SDK would retry, except for injected faults.

    SDKs retry every status of 500 and above, Terraform's provider for minutes. A gap in the emulator must instead fail
    the caller at once and name the operation. The lock is needed because moto is not thread-safe.
    """

    def __init__(self, faults: Faults) -> None:
        self.lock = threading.Lock()
        self.faults = faults
        self.moto = Dispatcher(create_backend_app)
        self._by_token: dict[tuple[str, ...], tuple[bytes, Reply]] = {}

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        """Handle one request, with any injected faults. werkzeug closes the connection on a ConnectionError."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        if length:
            environ["wsgi.input"] = io.BytesIO(body)
        signed = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        service = signed["service"] if signed else ""
        action = _action(environ, body)
        with self.lock:
            account = sts.account_of(signed["key"]) if signed else None
        if signed is None or account is None:
            code = UNKNOWN_KEY.get(service, "UnrecognizedClientException")
            answer = _error(service, 403, code, "The security token included in the request is invalid.")
        else:
            caller = f"{account} {signed['region']}"
            outcome = self.faults.outcome(caller, service, action)
            time.sleep(outcome.latency)
            if outcome.lost_request:
                raise ConnectionResetError(f"{service} {action}: dropped before it was handled")
            if outcome.throttled:
                answer = _error(service, *throttling(service))
            else:
                with self.lock:
                    answer = self._idempotently(environ, body, caller, service, action)
            if outcome.lost_response:
                raise ConnectionResetError(f"{service} {action}: dropped after it was handled")
        status, headers, content = answer
        start_response(status, headers)
        return [content]

    def _idempotently(self, environ: dict[str, Any], body: bytes, caller: str, service: str, action: str) -> Reply:
        """Handle a request. One that repeats a client token gets the first response; moto would handle it again.

        https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
        """
        named = CLIENT_TOKEN.search(body)
        if named is None:
            return self._dispatch(environ, service, action)
        key = (caller, service, action, named["token"].decode())
        asked, answer = self._by_token.get(key, (body, None))
        if asked != body:
            code = "IdempotentParameterMismatch" + ("" if service == "ec2" else "Exception")
            return _error(service, 400, code, "The client token was used with other parameters.")
        if answer is None:
            answer = self._dispatch(environ, service, action)
            if int(answer[0].split()[0]) < BAD_REQUEST:
                self._by_token[key] = (body, answer)
        return answer

    def _dispatch(self, environ: dict[str, Any], service: str, action: str) -> Reply:
        started: list[tuple[str, Headers]] = []
        try:
            content = b"".join(self.moto(environ, lambda status, headers, *_: started.append((status, headers))))
        except Exception as fault:  # whatever it is, the caller must fail at once
            known = isinstance(fault, NotImplementedError)
            LOG.log(logging.INFO if known else logging.ERROR, "%s %s", service, action, exc_info=fault)
            return _error(service, 400, GAP, f"{service} {action}: {type(fault).__name__}: {fault}")
        status, headers = started[0]
        code = int(status.split()[0])
        unrouted = code == NOT_HERE and content.lstrip()[:14].lower() == b"<!doctype html"
        if unrouted or code >= SERVER_FAULT:
            return _error(service, 400, GAP, f"{service} {action}: not in the emulator ({status})")
        return status, headers, content


def _action(environ: dict[str, Any], body: bytes) -> str:
    """The action of a request; for a REST API, its method and path."""
    named = re.search(rb"(?:^|&)Action=(\w+)", body)
    target: str = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    return target or (named[1].decode() if named else f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")


def _error(service: str, status: int, code: str, message: str) -> Reply:
    """An error in the form of the service's protocol."""
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    forms = {
        "ec2": f"<Response><Errors>{error}</Errors><RequestID>0</RequestID></Response>",
        "s3": error,
        "iam": f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>",
        "sts": f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>",
    }
    content = forms.get(service) or json.dumps({"__type": code, "message": message})
    kind = "text/xml" if service in forms else "application/json"
    headers = [("Content-Type", kind), ("x-amzn-ErrorType", code), ("Content-Length", str(len(content.encode())))]
    return f"{status} {HTTPStatus(status).phrase}", headers, content.encode()
