"""What AWS takes into a gateway's table, who accepts an attachment, and what a packet finds at each edge of it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest

from assurance.path import Verdict
from assurance.sharing import admission
from assurance.tables import Tables
from network.model import (
    Attachment,
    Gateway,
    GatewayRoute,
    GatewayTable,
    Link,
    Network,
    Owner,
    Prefix,
    Route,
    RouteTable,
    Share,
    Unknown,
    Vpc,
)

HUB = Owner("111111111111", "us-east-1")
SPOKE = Owner("222222222222", "us-east-1")
NOBODY = Owner(Unknown("no provider"), Unknown("no provider"))
NET = IPv4Network("10.0.4.0/24")
ORGANIZATION = "arn:aws:organizations::111111111111:organization/o-exampleorg1"
UNIT = "arn:aws:organizations::111111111111:ou/o-exampleorg1/ou-examplerootid-exampleouid"


def attachment(name: str = "attachment", **changes: Any) -> Attachment:
    """A spoke's attachment, accepted by the hub's account."""
    return replace(Attachment(name, SPOKE, "gateway", "vpc", ("subnet",), "accepter", HUB), **changes)


def network(*attachments: Attachment, principals: tuple[str | Unknown, ...] = (ORGANIZATION,), **parts: Any) -> Network:
    """A gateway that is shared, and attachments of one VPC."""
    ranges = {"vpc": NET, "other": IPv4Network("10.0.5.0/24"), "twin": NET}
    share = Share(
        "share",
        HUB,
        external=False,
        resources=(Link("share of the gateway", "gateway"),),
        principals=tuple(Link(f"principal {at}", who) for at, who in enumerate(principals)),
    )
    known = Network(
        vpcs={
            name: Vpc(name, name, SPOKE, (cidr,), dns_support=True, dns_hostnames=True) for name, cidr in ranges.items()
        },
        gateways={"gateway": Gateway("gateway", HUB, auto_accept=False)},
        attachments={each.address: each for each in attachments},
        shares=(share,),
    )
    return replace(known, **parts)


def accepted(known: Network) -> tuple[Verdict, str]:
    (asked,) = known.attachments.values()
    hop = Tables(known).accepted(asked)
    return hop.verdict, hop.says


# Acceptance -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({}, Verdict.PASSES, "the gateway's account accepts"),
        ({"accepter": None, "accepter_owner": None}, Verdict.DROPPED, "is not accepted"),
        ({"accepter_owner": SPOKE}, Verdict.DROPPED, "account 222222222222 accepts the attachment"),
        ({"accepter_owner": NOBODY}, Verdict.UNKNOWN, "is unknown"),
        ({"owner": HUB}, Verdict.DROPPED, "account 111111111111 attaches a VPC of account 222222222222"),
        ({"owner": NOBODY}, Verdict.UNKNOWN, "could not be determined"),
        ({"available": True, "accepter": None}, Verdict.PASSES, "available"),
        ({"available": False}, Verdict.DROPPED, "pending acceptance"),
        ({"available": Unknown("not recorded")}, Verdict.UNKNOWN, "could not be determined: not recorded"),
    ],
    ids=str,
)
def test_an_attachment_is_in_use_once_the_gateways_account_accepts_it(
    changes: dict[str, Any], verdict: Verdict, reason: str
) -> None:
    found, says = accepted(network(attachment(**changes)))
    assert (found, reason in says) == (verdict, True), (found, says)


@pytest.mark.parametrize(
    ("auto", "verdict"), [(True, Verdict.PASSES), (False, Verdict.DROPPED), (Unknown("var"), Verdict.UNKNOWN)], ids=str
)
def test_a_gateway_that_accepts_every_attachment_needs_no_accepter(auto: bool | Unknown, verdict: Verdict) -> None:  # noqa: FBT001
    gateways = {"gateway": Gateway("gateway", HUB, auto)}
    known = network(attachment(accepter=None, accepter_owner=None), gateways=gateways)
    assert accepted(known)[0] is verdict


def test_an_attachment_in_the_gateways_own_account_needs_no_accepter() -> None:
    known = network(attachment(owner=HUB, accepter=None, accepter_owner=None))
    known = replace(known, vpcs={"vpc": replace(known.vpcs["vpc"], owner=HUB)})
    assert accepted(known)[0] is Verdict.PASSES


@pytest.mark.parametrize("available", [None, True])
def test_without_a_share_an_attachment_that_aws_reports_as_available_is_not_known_to_work(
    *, available: bool | None
) -> None:
    verdict, says = accepted(network(attachment(available=available), shares=()))
    assert verdict is (Verdict.UNKNOWN if available else Verdict.DROPPED), says
    assert "it is in no share" in says


# Shares -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("principals", "verdict"),
    [
        (("222222222222",), Verdict.PASSES),
        (("333333333333",), Verdict.DROPPED),
        (("333333333333", "222222222222"), Verdict.PASSES),
        ((ORGANIZATION,), Verdict.PASSES),
        ((UNIT,), Verdict.UNKNOWN),
        ((Unknown("var"),), Verdict.UNKNOWN),
        ((UNIT, "222222222222"), Verdict.PASSES),
        ((), Verdict.DROPPED),
    ],
    ids=str,
)
def test_a_share_admits_its_principals_and_nobody_else(principals: tuple[str | Unknown, ...], verdict: Verdict) -> None:
    hop = admission(network(principals=principals), "gateway", HUB, SPOKE)
    assert hop.verdict is verdict, str(hop)


@pytest.mark.parametrize(
    ("owner", "user", "verdict"),
    [
        (HUB, HUB, Verdict.PASSES),
        (HUB, Owner("111111111111", "eu-west-1"), Verdict.PASSES),
        (HUB, Owner("222222222222", "eu-west-1"), Verdict.DROPPED),
        (HUB, Owner("222222222222", Unknown("its region")), Verdict.UNKNOWN),
        (HUB, NOBODY, Verdict.UNKNOWN),
        (NOBODY, SPOKE, Verdict.UNKNOWN),
    ],
    ids=str,
)
def test_a_resource_is_used_in_its_own_account_or_shared_within_a_region(
    owner: Owner, user: Owner, verdict: Verdict
) -> None:
    hop = admission(network(), "gateway", owner, user)
    assert hop.verdict is verdict, str(hop)


def test_a_share_of_which_a_resource_is_not_known_may_admit_any() -> None:
    (share,) = network().shares
    unknown = replace(share, resources=(Link("association", Unknown("var.gateway")),))
    hop = admission(network(shares=(unknown,)), "gateway", HUB, SPOKE)
    assert (hop.verdict, hop.at) == (Verdict.UNKNOWN, "association"), str(hop)


def test_of_several_shares_the_one_that_admits_counts() -> None:
    (share,) = network(principals=("333333333333",)).shares
    admitting = replace(share, address="admits", principals=(Link("principal", "222222222222"),))
    unclear = replace(share, address="unclear", principals=(Link("principal", UNIT),))
    for shares in ((share, unclear, admitting), (admitting, unclear, share)):
        hop = admission(network(shares=shares), "gateway", HUB, SPOKE)
        assert (hop.verdict, hop.at) == (Verdict.PASSES, "admits"), str(hop)
    assert admission(network(shares=(share, share)), "gateway", HUB, SPOKE).verdict is Verdict.DROPPED
    assert admission(network(), "another gateway", HUB, SPOKE).verdict is Verdict.DROPPED


# Links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "verdict"),
    [(HUB, Verdict.PASSES), (SPOKE, Verdict.DROPPED), (NOBODY, Verdict.PASSES), (None, Verdict.PASSES)],
    ids=str,
)
def test_only_the_gateways_account_makes_associations_and_propagations(owner: Owner | None, verdict: Verdict) -> None:
    hop = Tables(network()).wired(Link("link", "attachment", owner), GatewayTable("table", "gateway"), "it is wired")
    assert hop.verdict is verdict, str(hop)
    assert (hop.says == "it is wired") is (verdict is Verdict.PASSES), hop.says


def test_an_account_changes_no_tables_of_a_gateway_that_was_not_read_as_far_as_is_known() -> None:
    table = GatewayTable("table", "elsewhere")
    assert Tables(network()).wired(Link("link", "attachment", SPOKE), table, "").verdict is Verdict.PASSES


# Gateway tables ---------------------------------------------------------------------------------------------------


def table(*propagations: str, routes: tuple[GatewayRoute, ...] = (), owner: Owner = HUB) -> GatewayTable:
    links = tuple(Link(f"propagation of {each}", each, owner) for each in propagations)
    return GatewayTable("table", "gateway", propagations=links, routes=routes)


def entries(
    known: Network, of: GatewayTable, target: Prefix = NET
) -> tuple[list[tuple[str | None, bool]], tuple[str, ...]]:
    """Where a range leads, and whether several attachments contend for it; and what is not known of the table."""
    found, _, unknown = Tables(replace(known, gateway_tables={"table": of})).entries("table")
    return [(e.attachment, e.contested) if e else (None, False) for _, e in found.match(target)], unknown


def test_a_propagated_range_leads_to_its_attachment() -> None:
    assert entries(network(attachment("a")), table("a")) == ([("a", False)], ())
    outside = IPv4Network("10.0.5.0/24")
    assert entries(network(attachment("a")), table("a"), outside) == ([(None, False)], ())


def test_a_static_route_comes_before_a_propagated_one() -> None:
    static = GatewayRoute("static", NET, "b")
    assert entries(network(attachment("a")), table("a", routes=(static,))) == ([("b", False)], ())


@pytest.mark.parametrize(
    ("vpc", "contested"), [("twin", True), ("other", False)], ids=["the same range", "the next range"]
)
def test_ranges_of_two_attachments_contend_where_they_overlap(vpc: str, *, contested: bool) -> None:
    known = network(attachment("a"), attachment("b", vpc=vpc))
    found, unknown = entries(known, table("a", "b"))
    assert (found, unknown) == ([(found[0][0], contested)], ()), found


def test_a_range_within_another_contends_with_it_and_one_attachment_not_with_itself() -> None:
    known = network(attachment("a"), attachment("b", vpc="other"))
    wide = replace(known.vpcs["vpc"], cidrs=(IPv4Network("10.0.4.0/22"), IPv4Network("10.0.4.0/25")))
    known = replace(known, vpcs={**known.vpcs, "vpc": wide})
    assert entries(known, table("a"), IPv4Network("10.0.4.0/25")) == ([("a", False)], ())
    assert entries(known, table("a", "b"), IPv4Network("10.0.5.0/24")) == ([("b", True)], ())
    assert entries(known, table("a", "b"), IPv4Network("10.0.6.0/24")) == ([("a", True)], ())


@pytest.mark.parametrize(
    "of",
    [
        table("not read"),
        table(routes=(GatewayRoute("static", Unknown("var"), "a"),)),
        table(routes=(GatewayRoute("static", NET, Unknown("var")),)),
    ],
    ids=["an attachment that was not read", "an unknown range", "an unknown attachment"],
)
def test_a_table_with_something_unknown_in_it_says_so(of: GatewayTable) -> None:
    _, unknown = entries(network(attachment("a")), of)
    assert unknown == ((of.routes[0].address if of.routes else "propagation of not read"),)


def test_a_vpc_whose_range_is_not_known_makes_its_table_unknown() -> None:
    known = network(attachment("a"))
    vpc = replace(known.vpcs["vpc"], cidrs=(NET, Unknown("var")))
    assert entries(replace(known, vpcs={"vpc": vpc}), table("a"))[1] == ("propagation of a",)


@pytest.mark.parametrize(
    ("changes", "owner"),
    [({}, SPOKE), ({"accepter": None, "accepter_owner": None}, HUB)],
    ids=["by another account", "of an attachment that nobody accepts"],
)
def test_a_propagation_that_aws_refuses_puts_nothing_into_the_table(changes: dict[str, Any], owner: Owner) -> None:
    known = replace(network(attachment("a", **changes)), gateway_tables={"table": table("a", owner=owner)})
    found, refused, unknown = Tables(known).entries("table")
    assert (found.match(NET), unknown) == ([(NET, None)], ())
    ((_, hop),) = refused.match(NET)
    assert hop is not None
    assert hop.verdict is Verdict.DROPPED


# Route tables -----------------------------------------------------------------------------------------------------


def test_a_vpcs_own_ranges_come_before_its_routes_and_an_unknown_one_may_be_any() -> None:
    route = Route("route", IPv4Network("0.0.0.0/0"), "transit_gateway", "gateway")
    elsewhere = Route("elsewhere", Unknown("var"), "transit_gateway", "gateway")
    known = network(
        tables={"known": RouteTable("known", "vpc", (route,)), "open": RouteTable("open", "vpc", (elsewhere,))}
    )
    tables = Tables(known)
    found, unknown = tables.routes("known")
    assert found is not None
    assert (found.match(NET), unknown) == ([(NET, "vpc")], ())
    assert found.match(IPv4Network("10.9.0.0/24")) == [(IPv4Network("10.9.0.0/24"), route)]
    assert tables.routes("open")[1] == (elsewhere,)
    assert tables.routes("not read") == (None, ())


def test_a_range_of_the_vpc_that_is_not_known_is_local_too() -> None:
    vpc = replace(network().vpcs["vpc"], cidrs=(Unknown("var"), NET))
    tables = Tables(network(vpcs={"vpc": vpc}, tables={"table": RouteTable("table", "vpc")}))
    found, unknown = tables.routes("table")
    assert found is not None
    assert found.match(NET) == [(NET, "vpc")]
    assert [(each.address, each.kind) for each in unknown] == [("vpc", "local")]


def test_an_association_of_an_unknown_attachment_leaves_it_unclear_who_uses_a_table() -> None:
    clear = GatewayTable("table", "gateway", associations=(Link("association", "a"),))
    unclear = replace(clear, associations=(Link("association", Unknown("var")),))
    found = Tables(network(gateway_tables={"table": clear}))
    assert (found.unclear, found.associated) == ((), {"a": ((clear.associations[0], clear),)})
    assert Tables(network(gateway_tables={"table": unclear})).unclear == ("association",)
