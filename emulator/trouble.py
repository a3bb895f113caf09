"""What goes wrong between a caller and AWS: slow answers, throttling, dropped connections."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

Throttling = tuple[int, str, str]

# The codes of each API's reference, which the SDKs' standard mode retries:
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
"""KMS, Route 53 Resolver, SSM."""


@dataclass(frozen=True)
class Trouble:
    """What happens to the requests that ``actions`` matches: ``*``, ``route53resolver:*``, ``ec2:Create*``.

    A service is named as in its requests' signatures. Where it has no named actions they are method and path:
    ``s3:PUT /example-network-state/*``, ``ram:POST /createresourceshare``.
    """

    actions: str = "*"
    latency: float = 0.0
    """Seconds that pass before a request is handled, beside other requests."""
    rate: float | None = None
    """Requests a second that an account may send to a service in a region; what is more is refused with the service's
    own code for throttling. A second's worth may come at once. 0 refuses everything."""
    unheard: float = 0.0
    """The share of requests (0 to 1) whose connection drops before they are handled."""
    unanswered: float = 0.0
    """The share of requests whose connection drops after they were handled: what was asked for is done, and whoever
    asked does not know."""
    times: int | None = None
    """How many connections drop at most."""
    seed: int = 0
    """The same requests in the same order meet the same fate."""

    def __post_init__(self) -> None:
        """Refuse what would do nothing, or never end."""
        if not (0 <= self.unheard <= 1 and 0 <= self.unanswered <= 1):
            raise ValueError(f"unheard {self.unheard}, unanswered {self.unanswered}: expected shares between 0 and 1")
        if self.latency < 0 or (self.rate or 0) < 0:
            raise ValueError(f"latency {self.latency}, rate {self.rate}: expected no negative numbers")


class Fate(NamedTuple):
    """What is to happen to one request."""

    latency: float
    throttled: bool
    unheard: bool
    unanswered: bool


class Troubles:
    """Decides the fate of each request by rules, and counts what it did. Safe for several threads."""

    def __init__(self, rules: tuple[Trouble, ...]) -> None:
        self.rules = rules
        self.met: Counter[tuple[str, str]] = Counter()
        self._guard = threading.Lock()
        self._running = [_Running(rule) for rule in rules]

    def fate(self, caller: str, service: str, action: str) -> Fate:
        """What is to happen to a request of a caller, an account in a region. Of several rules, the worst counts."""
        asked = f"{service}:{action}"
        with self._guard:
            rules = [running for running in self._running if fnmatchcase(asked, running.rule.actions)]
            latency = max((running.rule.latency for running in rules), default=0.0)
            unheard = any(running.drops(running.rule.unheard) for running in rules)
            throttled = not unheard and not all(running.allows(f"{caller} {service}") for running in rules)
            handled = not unheard and not throttled
            unanswered = handled and any(running.drops(running.rule.unanswered) for running in rules)
            fate = Fate(latency, throttled, unheard, unanswered)
            self.met.update((what, asked) for what, happens in fate._asdict().items() if happens)
        return fate


class _Running:
    """A rule, and what it remembers of earlier requests."""

    def __init__(self, rule: Trouble) -> None:
        self.rule = rule
        self._chance = random.Random(rule.seed)  # noqa: S311 # for trouble, not for secrets
        self._dropped = 0
        self._buckets: dict[str, tuple[float, float]] = {}

    def allows(self, bucket: str) -> bool:
        """Take a token from a bucket, which fills at the rule's rate and holds what a second brings."""
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
        """Whether a connection drops, of which this share is to."""
        drops = self._chance.random() < share and (self.rule.times is None or self._dropped < self.rule.times)
        self._dropped += drops
        return drops


def throttling(service: str) -> Throttling:
    """Status, code and message with which a service refuses a request that comes too soon after others."""
    return THROTTLING.get(service, OTHERS)
