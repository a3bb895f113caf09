"""Fault injection between a caller and the emulator: latency, throttling, dropped connections."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

Throttling = tuple[int, str, str]

# The error codes in each API's reference, which the SDKs' standard mode retries:
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
THROTTLING: dict[str, Throttling] = {
    "ec2": (503, "RequestLimitExceeded", "Request limit exceeded."),
    "iam": (400, "Throttling", "Rate exceeded"),
    "organizations": (400, "TooManyRequestsException", "Rate exceeded"),
    "ram": (429, "ThrottlingException", "Rate exceeded"),
    "s3": (503, "SlowDown", "Please reduce your request rate."),
    "sts": (400, "Throttling", "Rate exceeded"),
    "tagging": (400, "ThrottledException", "Rate exceeded"),
}
OTHERS: Throttling = (400, "ThrottlingException", "Rate exceeded")
"""KMS, VPC Resolver, SSM."""


@dataclass(frozen=True)
class Fault:
    """A fault to inject into the requests that ``actions`` matches: ``*``, ``route53resolver:*``, ``ec2:Create*``.

    A service has the name that is in the signatures of its requests. If its API has no action names, use method and
    path: ``s3:PUT /example-network-state/*``, ``ram:POST /createresourceshare``.
    """

    actions: str = "*"
    latency: float = 0.0
    """Seconds before a request is handled. Other requests are handled meanwhile."""
    rate: float | None = None
    """Requests per second that an account may send to a service in a region. Requests above the rate get the service's
    own throttling error. Bursts of up to one second's worth are allowed. 0 throttles everything.
    """
    lost_request: float = 0.0
    """The share of requests (0 to 1) whose connection drops before they are handled."""
    lost_response: float = 0.0
    """The share of requests whose connection drops after they were handled: the request took effect, and the caller
    does not know.
    """
    times: int | None = None
    """The maximum number of connections to drop."""
    seed: int = 0
    """Seed of the random choice: the same requests in the same order have the same outcomes."""

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        if not (0 <= self.lost_request <= 1 and 0 <= self.lost_response <= 1):
            raise ValueError("lost_request and lost_response are shares from 0 to 1")
        if self.latency < 0 or (self.rate or 0) < 0:
            raise ValueError("latency and rate must not be negative")


class Outcome(NamedTuple):
    """What happens to one request."""

    latency: float
    throttled: bool
    lost_request: bool
    lost_response: bool


class Faults:
    """Applies fault rules to requests, and counts the faults injected. Thread-safe."""

    def __init__(self, rules: tuple[Fault, ...]) -> None:
        self.rules = rules
        self.injected: Counter[tuple[str, str]] = Counter()
        self._guard = threading.Lock()
        self._active = [_ActiveFault(rule) for rule in rules]

    def outcome(self, caller: str, service: str, action: str) -> Outcome:
        """Decide a request's outcome; `caller` is an account in a region.

        Of several matching rules, the worst applies.
        """
        asked = f"{service}:{action}"
        with self._guard:
            rules = [active for active in self._active if fnmatchcase(asked, active.rule.actions)]
            latency = max((active.rule.latency for active in rules), default=0.0)
            lost_request = any(active.drops(active.rule.lost_request) for active in rules)
            throttled = not lost_request and not all(active.allows(f"{caller} {service}") for active in rules)
            handled = not lost_request and not throttled
            lost_response = handled and any(active.drops(active.rule.lost_response) for active in rules)
            outcome = Outcome(latency, throttled, lost_request, lost_response)
            self.injected.update((what, asked) for what, happens in outcome._asdict().items() if happens)
        return outcome


class _ActiveFault:
    """A rule, with its state from earlier requests."""

    def __init__(self, rule: Fault) -> None:
        self.rule = rule
        self._chance = random.Random(rule.seed)  # noqa: S311 # for faults, not for secrets
        self._dropped = 0
        self._buckets: dict[str, tuple[float, float]] = {}

    def allows(self, bucket: str) -> bool:
        """Take a token from a bucket that fills at the rule's rate and holds a second's worth. False if it is empty."""
        rate = self.rule.rate
        if rate is None:
            return True
        now = time.monotonic()
        room = max(rate, 1.0) if rate else 0.0
        tokens, since = self._buckets.get(bucket, (room, now))
        tokens = min(room, tokens + (now - since) * rate)
        allowed = tokens >= 1
        self._buckets[bucket] = (tokens - allowed, now)
        return allowed

    def drops(self, share: float) -> bool:
        """Whether to drop this connection, given the share of connections to drop."""
        drops = self._chance.random() < share and (self.rule.times is None or self._dropped < self.rule.times)
        self._dropped += drops
        return drops


def throttling(service: str) -> Throttling:
    """The status, code and message with which a service throttles a request."""
    return THROTTLING.get(service, OTHERS)
