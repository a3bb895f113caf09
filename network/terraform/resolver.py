"""Resolver endpoints, rules, and the VPCs that rules are associated with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address

from network.model import Forwarder, ResolverEndpoint, ResolverRule, RuleAssociation, Unknown
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Resource
from network.terraform.expressions import Json
from network.terraform.values import as_address, as_list, as_number, as_optional, as_text, as_texts, fields_of

__all__ = ["READERS"]

DNS_PORT = 53


def _resolver_endpoint(to: Builder, r: Resource) -> None:
    interfaces = tuple(_interface(get) for get in map(fields_of, as_list(r.get("ip_address"))))
    for subnet, ip in interfaces:
        to.fix(r.address, subnet, ip)
    to.resolver_endpoints[r.address] = ResolverEndpoint(
        r.address, r.owner, as_text(r.get("direction")), interfaces, as_texts(r.get("security_group_ids"))
    )


def _interface(get: Callable[[str], Json]) -> tuple[str | Unknown, IPv4Address | None]:
    """A subnet and an address, or None where it is any of the subnet's. In a subnet that is not known, it is any."""
    subnet, address = as_text(get("subnet_id")), as_address(get("ip"))
    return subnet, address if isinstance(subnet, str) and isinstance(address, IPv4Address) else None


def _target(get: Callable[[str], Json]) -> Forwarder:
    """A target. Who answers at a port that is not known is not known either."""
    port = as_number(get("port"), DNS_PORT)
    if isinstance(port, Unknown):
        return Forwarder(port, DNS_PORT)
    return Forwarder(as_address(get("ip")) or Unknown("no IPv4 address"), port or DNS_PORT)


def _rule(to: Builder, r: Resource) -> None:
    targets = tuple(_target(fields_of(entry)) for entry in as_list(r.get("target_ip")))
    domain = as_text(r.get("domain_name"))
    to.rules[r.address] = ResolverRule(
        r.address,
        r.owner,
        domain if isinstance(domain, Unknown) else domain.rstrip(".").lower() or ".",
        as_text(r.get("rule_type")),
        as_optional(r.get("resolver_endpoint_id")),
        targets,
    )


def _rule_association(to: Builder, r: Resource) -> None:
    rule, vpc = as_text(r.get("resolver_rule_id")), as_text(r.get("vpc_id"))
    to.rule_associations.append(RuleAssociation(r.address, r.owner, rule, vpc))
    to.placed(r, "vpc_id", vpc, "names")


READERS: Mapping[str, Reader] = {
    "aws_route53_resolver_endpoint": _resolver_endpoint,
    "aws_route53_resolver_rule": _rule,
    "aws_route53_resolver_rule_association": _rule_association,
}
