"""`python -m bench.topologies SPOKES`: a topology with that many spokes behind one hub, as YAML."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import yaml

__all__ = ["MOST", "spoke_name", "topology"]

MOST = 4_999
"""The most spokes of a transit gateway."""


def spoke_name(at: int) -> str:
    """A spoke's name, numbered from 0."""
    return f"spoke{at:04}"


def topology(
    spokes: int, services: Sequence[str] = ("kms", "ssm", "ssmmessages", "ec2messages"), *, alike: bool = True
) -> str:
    """The text of a topology: each spoke is like the others, in an account and a /24 of its own.

    If they are not `alike`, each one exempts another name, so that no two have the same shape.
    """
    document: dict[str, Any] = {
        "organization": {"id": "o-exampleorg1", "management_account": "999999999999"},
        "role": "NetworkDeploy",
        "state": {"bucket": "example-network-state", "region": "us-east-1", "account": "111111111111"},
        "hubs": {
            "core": {
                "region": "us-east-1",
                "account": "111111111111",
                "cidr": "10.0.0.0/22",
                "zones": ["use1-az1", "use1-az2", "use1-az4"],
                "pools": ["10.128.0.0/9"],
                "services": list(services),
            }
        },
        "spokes": {
            spoke_name(at): {
                "hub": "core",
                "account": f"{at + 1:012}",
                "cidr": f"10.{128 + at // 256}.{at % 256}.0/24",
                **({} if alike else {"exempt": [f"own{at:04}"]}),
            }
            for at in range(spokes)
        },
    }
    return str(yaml.safe_dump(document, sort_keys=False))


if __name__ == "__main__":
    sys.stdout.write(topology(int(sys.argv[1])))
