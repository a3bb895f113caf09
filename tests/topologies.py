"""Random valid topologies that use all keys of the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from hypothesis import assume
from hypothesis import strategies as st

from topology import Design, TopologyError, design
from topology.document import read_text
from topology.reader import topology_of

__all__ = ["designs", "topologies"]

REGIONS = {"us-east-1": "use1", "eu-west-1": "euw1", "ap-southeast-2": "apse2"}
ROLES = ["NetworkDeploy", "teams/net+work=1,a@b.c-d", "arn:aws:iam::{account}:role/path/Deploy", "ambient"]
NAMES = ["hub", "spoke", "subnet", "vpc", "core", "a", "a-b", "a-b-c", "x" * 40, "y" + "-9" * 19, "spoke-core-a", "s3"]
SERVICES = [
    ["kms", "ssm", "ssmmessages"],
    ["kms", "ssm", "ssmmessages", "s3", "sqs"],
    ["ssm", "ssmmessages", "ecr.dkr"],
]
EXEMPT = ["efs", "oidc.eks", "kms", "a" * 63 + "." + "b" * 63]

external_ids = st.sampled_from(["example", "a/b:c=d,e+f@g.h-i_j", "x" * 300])
names = st.one_of(st.sampled_from(NAMES), st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True))


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, or none: the key is left out."""
    return st.one_of(st.none(), values)


def given_only(section: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in section.items() if value is not None}


def zones_of(region: str) -> st.SearchStrategy[list[str | None]]:
    """Two or three zones, sometimes with an emptied slot among them."""
    first, *others = [f"{REGIONS[region]}-az{number}" for number in (1, 2, 3)]
    return st.sampled_from([[first, *others], [others[1], first], [first, None, others[0]]])


@st.composite
def hubs(draw: st.DrawFn, at: int) -> dict[str, Any]:
    region = draw(st.sampled_from(sorted(REGIONS)))
    return given_only(
        {
            "region": region,
            "account": draw(st.sampled_from(["111111111111", "222222222222"])),
            "cidr": f"10.{at}.0.0/22",
            "zones": draw(zones_of(region)),
            "pools": draw(st.sampled_from([["10.64.0.0/10"], ["10.64.0.0/11", "10.96.0.0/11"]])),
            "services": draw(st.sampled_from(SERVICES)),
            "segments": draw(maybe(st.sampled_from(["flat", {"prod": ["shared"], "dev": None, "shared": []}]))),
            "role": draw(maybe(st.sampled_from(ROLES))),
            "external_id": draw(maybe(external_ids)),
            "wiring_role": draw(maybe(st.sampled_from(["Wiring", "ambient"]))),
            "asn": draw(maybe(st.just(64600))),
            "protect": draw(maybe(st.booleans())),
        }
    )


@st.composite
def kinds(draw: st.DrawFn, hubs: dict[str, Any]) -> dict[str, Any]:
    """What spokes of a kind have in common."""
    hub = draw(st.sampled_from(sorted(hubs)))
    segments = hubs[hub].get("segments", "segmented")
    zones = draw(maybe(zones_of(hubs[hub]["region"])))
    used = [zone for zone in zones or hubs[hub]["zones"] if zone]
    options = st.fixed_dictionaries(
        {},
        optional={
            "type": st.just("t4g.micro"),
            "image": st.just("/aws/service/other"),
            "zone": st.sampled_from(used),
        },
    )
    return given_only(
        {
            "hub": hub,
            "zones": zones,
            "segment": draw(st.sampled_from(sorted(segments))) if isinstance(segments, dict) else None,
            "gateway_endpoints": draw(maybe(st.sampled_from([[], ["dynamodb"], ["s3", "dynamodb"]]))),
            "exempt": draw(maybe(st.lists(st.sampled_from(EXEMPT), unique=True))),
            "test_instance": draw(maybe(st.one_of(st.booleans(), options))),
            "absent": draw(maybe(st.booleans())),
            "role": draw(maybe(st.sampled_from(ROLES))),
            "external_id": draw(maybe(st.just("each has its own"))),
        }
    )


@st.composite
def spokes(draw: st.DrawFn, hubs: dict[str, Any], count: tuple[int, int]) -> dict[str, Any]:
    """One or two kinds of spokes, most of them several times; `count` says how many spokes at least and at most."""
    found: dict[str, Any] = {}
    chosen = draw(st.lists(kinds(hubs), min_size=1, max_size=2))
    for name in draw(st.lists(names, min_size=count[0], max_size=count[1], unique=True)):
        kind = draw(st.sampled_from(chosen))
        at = len(found)
        own: dict[str, Any] = {
            "account": draw(st.sampled_from([f"{at:012}", f"{at:012}", "333333333333", "111111111111"])),
            "cidr": f"10.{64 + at}.0.0/{draw(st.sampled_from([18, 24]))}",
        }
        if "external_id" in kind:
            own["external_id"] = draw(external_ids)
        zone = next(zone for zone in kind.get("zones") or hubs[kind["hub"]]["zones"] if zone)
        if draw(st.booleans()) and own["cidr"].endswith("/18"):
            own["subnets"] = {zone: f"10.{64 + at}.4.0/26"}
        found[name] = {**kind, **own}
    return found


@st.composite
def topologies(
    draw: st.DrawFn, chosen: Sequence[Sequence[str]] = (("core",), ("core", "edge")), count: tuple[int, int] = (4, 9)
) -> str:
    """A topology's file with the hubs of one of the choices, and as many spokes as `count` says, some of them alike."""
    named = {name: draw(hubs(at)) for at, name in enumerate(draw(st.sampled_from(chosen)))}
    create = draw(st.booleans())
    state = {
        "bucket": "example.network-state",
        "region": "us-east-1",
        "account": "111111111111",
        "create": create,
        "prefix": draw(maybe(st.just("a/b.c_d"))),
        "key": draw(maybe(st.just("alias/example"))),
        "role": draw(maybe(st.sampled_from(ROLES))),
        "external_id": draw(maybe(external_ids)),
    }
    topology = {
        "organization": {"id": "o-exampleorg1", "management_account": "999999999999"},
        "role": draw(st.sampled_from(ROLES)),
        "external_id": draw(maybe(external_ids)),
        "state": given_only(state),
        "tags": draw(maybe(st.just({"owner": "nétwork =1", "zz": ""}))),
        "protect": draw(maybe(st.booleans())),
        "hubs": named,
        "spokes": draw(spokes(named, count)),
    }
    text = yaml.safe_dump(given_only(topology), sort_keys=False)
    try:
        _designed(text)
    except TopologyError:
        assume(False)  # noqa: FBT003  hypothesis takes it so
        raise
    return text


def _designed(text: str) -> Design:
    return design(topology_of(read_text(text)).topology)


def designs() -> st.SearchStrategy[Design]:
    """The design of a topology with one or two hubs and up to nine spokes, some of which are alike."""
    return topologies().map(_designed)
