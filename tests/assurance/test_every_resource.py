"""Whatever single resource is taken out of the quickstart, or argument left open, the trace notices.

The exceptions are named.
"""

import re
from copy import deepcopy
from typing import Any

import pytest

from network.terraform.coverage.table import KINDS
from network.terraform.reader import read
from review.intent import intent_of, services_in
from review.verdicts import report
from tests.assurance.faults import HUB, PAYMENTS
from tests.examples import designed, stacks_of

UNNOTICED = {
    r"aws_iam_|aws_instance\.": "carries no name and no packet of anybody else's",
    r"aws_default_security_group\.": "nothing here uses the default group",
    r"attachment-subnet-\S+-routes_": "the main route table has the VPC's own ranges too, and no more is needed",
    r"ingress-https-443-hub_": "lets the hub's own VPC in, which is no spoke",
    r"resolver_exemption-": "keeps names to the spoke that no service on offer has",
    r"aws_subnet\.network_subnet-": "a zone less; what is left is as it is meant to be",
}


def test_the_trace_notices_whatever_is_taken_out() -> None:
    stacks = stacks_of("quickstart")
    meant = intent_of(designed("quickstart"))
    services = services_in(read(stacks.items()))
    for stack in (HUB, PAYMENTS):
        for kind, blocks in stacks[stack]["resource"].items():
            for key in blocks:
                changed = {**stacks, stack: deepcopy(stacks[stack])}
                del changed[stack]["resource"][kind][key]
                network = read(changed.items())
                noticed = not report(network, services, meant).sound or "payments" not in network.spokes
                excused = any(re.search(pattern, f"{kind}.{key}") for pattern in UNNOTICED)
                assert noticed or excused, f"{stack}: {kind}.{key} was taken out, and the trace is content"


@pytest.mark.parametrize("pattern", UNNOTICED)
def test_every_exception_is_needed(pattern: str) -> None:
    stacks = stacks_of("quickstart")
    addresses = [
        f"{kind}.{key}"
        for stack in (HUB, PAYMENTS)
        for kind, blocks in stacks[stack]["resource"].items()
        for key in blocks
    ]
    assert any(re.search(pattern, address) for address in addresses)


LEFT_OPEN = {
    r"auto_accept_shared_attachments|allow_external_principals": "attachments are accepted, and the organization is none",
    r"gateway\.\S+ default_route_table_|transit_gateway_default_route_table_": "the other side keeps out of default tables",
    r"ingress-https-443-hub_": "lets the hub's own VPC in, which is no spoke",
    r"resolver_exemption-\S+ rule_type": "of names that no service on offer has",
    r"aws_security_group\.\S+ name": "a label",
    r"aws_vpc\.\S+ enable_dns_hostnames": "a spoke's zones need it, and the spoke has rules",
}


@pytest.mark.parametrize("stack", [HUB, PAYMENTS])
def test_the_trace_is_content_with_no_argument_that_is_not_known(stack: str) -> None:
    """A variable may have any value: no verdict that depends on it is a good one."""
    stacks = stacks_of("quickstart")
    meant = intent_of(designed("quickstart"))
    services = services_in(read(stacks.items()))
    for kind, blocks in stacks[stack]["resource"].items():
        rows = KINDS[kind].arguments if kind in KINDS else {}
        for key, block in blocks.items():
            for name in block:
                if not any(path.partition(".")[0] == name and row.status == "read" for path, row in rows.items()):
                    continue
                changed: dict[str, Any] = {**stacks, stack: deepcopy(stacks[stack])}
                changed[stack]["variable"] = {"value": {}}
                changed[stack]["resource"][kind][key][name] = "${var.value}"
                network = read(changed.items())
                noticed = "payments" not in network.spokes or not report(network, services, meant).sound
                excused = any(re.search(pattern, f"{kind}.{key} {name}") for pattern in LEFT_OPEN)
                assert noticed or excused, f"{stack}: {name} of {kind}.{key} is not known, and the trace is content"
