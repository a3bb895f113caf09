"""What an edit does, from the design and the edit alone: no reader and no walk has a part in it.

An answer is given only where it follows. Anything else is for the edits that Terraform plans.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from ipaddress import IPv4Network
from typing import Any

from review.intent import intent_of
from tests.planted.edits import Action, Edit
from tests.planted.sound import Sound
from topology.design import Account, Design, HubDesign, SpokeDesign

__all__ = ["Answer", "Effect", "Pair", "answer", "pairs"]

Json = Any


class Effect(Enum):
    """What the network is after the edit."""

    NOTHING = "nothing"
    BREAKS = "breaks"
    OPENS = "opens"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Nobody can tell before a value is given."""


@dataclass(frozen=True, order=True)
class Pair:
    """A spoke, and what it should or should not get to."""

    spoke: str
    target: str
    """A service's key or another spoke; empty for everything else that a spoke should not reach."""
    how: str
    """`private`, `gateway`, `spoke`; `apart` from another spoke, or `exposed` to nothing else."""


@dataclass(frozen=True)
class Answer:
    """What an edit does, and to whom."""

    effect: Effect
    pairs: frozenset[Pair] = field(default=frozenset())


NOTHING = Answer(Effect.NOTHING)
REFUSED = Answer(Effect.REFUSED)
UNKNOWN = Answer(Effect.UNKNOWN)


def pairs(design: Design) -> Iterator[Pair]:
    """Everything that a design means."""
    intent = intent_of(design)
    for spoke in intent.services:
        yield from (Pair(spoke, key, "private") for key in intent.services[spoke])
        yield from (Pair(spoke, key, "gateway") for key in intent.gateway[spoke])
        others = (other for other in intent.services if other != spoke)
        yield from (Pair(spoke, other, "spoke" if intent.may_reach(spoke, other) else "apart") for other in others)
        yield Pair(spoke, "", "exposed")


def answer(sound: Sound, edit: Edit) -> Answer | None:
    """What an edit does; None where it does not follow from the design."""
    return _Question(sound, edit).answer()


def _breaks(pairs: Iterable[Pair]) -> Answer:
    """Without any pair that needs it, nothing changes."""
    found = frozenset(pairs)
    return Answer(Effect.BREAKS, found) if found else NOTHING


def _opens(pairs: Iterable[Pair]) -> Answer:
    found = frozenset(pairs)
    return Answer(Effect.OPENS, found) if found else NOTHING


@dataclass(frozen=True)
class _Question:
    """An edit beside its design."""

    sound: Sound
    edit: Edit

    # The design ---------------------------------------------------------------------------------------------------

    @cached_property
    def hub(self) -> HubDesign:
        """The hub of the stack, or of the spoke's."""
        spoke = self.spoke
        name = spoke.hub if spoke is not None else ""
        return next(hub for hub in self.sound.design.hubs if self.edit.block.stack == hub.stack or hub.name == name)

    @cached_property
    def spoke(self) -> SpokeDesign | None:
        """The spoke of the stack, where it is one's."""
        return next((each for each in self.sound.design.spokes if each.stack == self.edit.block.stack), None)

    @cached_property
    def affected(self) -> tuple[SpokeDesign, ...]:
        """The spoke of the stack, or every spoke of the hub."""
        if self.spoke is not None:
            return (self.spoke,)
        return tuple(each for each in self.sound.design.spokes if each.hub == self.hub.name and not each.absent)

    def private(self, spokes: Iterable[SpokeDesign], services: Iterable[str] | None = None) -> Iterable[Pair]:
        """Spokes and the services that they reach through the hub, or those of some services."""
        wanted = frozenset(services) if services is not None else None
        for spoke in spokes:
            for key in spoke.services:
                if wanted is None or key in wanted:
                    yield Pair(spoke.name, key, "private")

    def gateway(self, spoke: SpokeDesign, keys: Iterable[str]) -> Iterable[Pair]:
        """A spoke and what it reaches through gateway endpoints of its own."""
        return [Pair(spoke.name, key, "gateway") for key in keys if key not in spoke.services]

    def between(self, keep: Callable[[SpokeDesign, SpokeDesign], bool]) -> Iterable[Pair]:
        """Pairs of spokes of one hub that are meant to reach each other, those that are kept."""
        intent = intent_of(self.sound.design)
        spokes = [each for each in self.sound.design.spokes if each.hub == self.hub.name and not each.absent]
        for one in spokes:
            for other in spokes:
                if one is not other and intent.may_reach(one.name, other.name) and keep(one, other):
                    yield Pair(one.name, other.name, "spoke")

    def forwarded(self, domain: str) -> frozenset[str]:
        """The hub's services that have a name which this domain's rule forwards, and no rule below it."""
        domains = self.hub.dns.domains
        found = set()
        for endpoint in self.hub.endpoints:
            for name in endpoint.names:
                plain = name.removeprefix("*.")
                over = [each for each in domains if plain == each or plain.endswith(f".{each}")]
                if over and max(over, key=len) == domain:
                    found.add(endpoint.service)
        return frozenset(found)

    # The edit -----------------------------------------------------------------------------------------------------

    def answer(self) -> Answer | None:
        special = {Action.SET: self.set, Action.DOUBLE: self.doubled, Action.MOVE: self.moved}
        return special.get(self.edit.action, self.counted)()

    def counted(self) -> Answer | None:
        """What it means that a resource is not there, or that nobody knows how often."""
        edit = self.edit
        if self.sound.named_by_attribute(edit.block):
            return REFUSED  # of a list, or of nothing, an expression takes no attribute
        if edit.action is Action.REMOVE and self.sound.named_at_all(edit.block):
            return REFUSED  # depends_on names what is not there
        gone = self.gone()
        if edit.action is Action.VARIABLE and gone is not None:
            return None if gone.effect is Effect.NOTHING else Answer(Effect.UNKNOWN, gone.pairs)
        return gone

    def gone(self) -> Answer | None:
        """What it means that a resource is not there, although nothing names it."""
        if self.edit.block.role.startswith("state/"):
            return NOTHING
        table = _WITHOUT_AT_SPOKE if self.spoke is not None else _WITHOUT_AT_HUB
        for pattern, meaning in table.items():
            if found := re.fullmatch(pattern, self.edit.block.role):
                return meaning(self, found)
        return None

    def doubled(self) -> Answer | None:
        """What AWS says to a second resource with the same arguments."""
        block = self.edit.block
        if block.kind == "aws_route53_resolver_endpoint":
            return REFUSED if block.role.endswith("inbound") else NOTHING  # whose addresses are taken
        return _TWICE.get(block.kind)

    def moved(self) -> Answer | None:
        """What another account's provider makes of it: it names something that is not in that account."""
        old, new = (self._account(alias) for alias in (self.edit.block.arguments["provider"], self.edit.value))
        if (old.id, old.region) != (new.id, new.region):
            return REFUSED
        same = (old.role_arn, old.external_id) == (new.role_arn, new.external_id)
        return NOTHING if same else None

    def _account(self, alias: str) -> Account:
        assert self.spoke is not None, "a hub's stack has one provider"
        return self.spoke.wiring if alias == "aws.hub" else self.spoke.account

    def set(self) -> Answer | None:
        """What another value of an argument does."""
        edit = self.edit
        where = f"{edit.block.kind}.{edit.argument}"
        if any(re.fullmatch(pattern, where) for pattern in _HARMLESS):
            return NOTHING
        for pattern, meaning in _CHANGED.items():
            if re.fullmatch(pattern, where):
                return meaning(self)
        return None


# What is gone -----------------------------------------------------------------------------------------------------

Meaning = Callable[[_Question, re.Match[str]], Answer | None]


def _none(_: _Question, __: re.Match[str]) -> Answer | None:
    return NOTHING


def _everything_private(question: _Question, _: re.Match[str]) -> Answer | None:
    return _breaks(question.private(question.affected))


def _spoke_of(question: _Question) -> SpokeDesign:
    assert question.spoke is not None
    return question.spoke


def _everything_of_spoke(question: _Question, _: re.Match[str]) -> Answer | None:
    spoke = _spoke_of(question)
    return _breaks([*question.private([spoke]), *question.gateway(spoke, spoke.gateway_endpoints)])


def _no_association(question: _Question, _: re.Match[str]) -> Answer | None:
    spoke = _spoke_of(question)
    return _breaks([*question.private([spoke]), *question.between(lambda one, _: one is spoke)])


def _not_propagated(question: _Question, found: re.Match[str]) -> Answer | None:
    spoke, table = _spoke_of(question), found[1]
    if table == "hub":
        return _breaks(question.private([spoke]))
    return _breaks(question.between(lambda one, other: other is spoke and one.segment == table))


def _no_route(question: _Question, found: re.Match[str]) -> Answer | None:
    spoke = _spoke_of(question)
    if found[1] == "hub":
        return _breaks(question.private([spoke]))
    gone = next(each for each in spoke.destinations if each.id == found[1])
    return _breaks(question.between(lambda one, other: one is spoke and _within(other.vpc.cidr, gone.cidr)))


def _within(inner: str, outer: str) -> bool:
    return IPv4Network(inner).subnet_of(IPv4Network(outer))


def _not_forwarded(question: _Question, found: re.Match[str]) -> Answer | None:
    spoke = _spoke_of(question)
    rule = next(each for each in question.hub.dns.rules if each.id == found[1])
    return _breaks(question.private([spoke], question.forwarded(rule.domain)))


def _no_gateway_endpoint(question: _Question, found: re.Match[str]) -> Answer | None:
    return _breaks(question.gateway(_spoke_of(question), [found[1]]))


_WITHOUT_AT_SPOKE: Mapping[str, Meaning] = {
    r"network/default-security-group": _none,
    r"network/attachment-subnet-.*-routes": _none,
    r"network/subnet-.*-routes": _everything_of_spoke,
    r"gateway/association": _no_association,
    r"gateway/propagation-(.*)": _not_propagated,
    r"gateway/route-(.*)": _no_route,
    r"resolver/rule-(.*)-association": _not_forwarded,
    r"resolver/exemption-.*-association": _none,
    r"endpoints/endpoint-(.*)": _no_gateway_endpoint,
    r"test-instance/(trials|session-manager)": _none,
    r"test-instance/https": _everything_of_spoke,
}


def _segment_without_hub(question: _Question, found: re.Match[str]) -> Answer | None:
    return _breaks(question.private(each for each in question.affected if each.segment == found[1]))


def _no_return_route(question: _Question, found: re.Match[str]) -> Answer | None:
    return _breaks(question.private(_in_pool(question, found[1])))


def _in_pool(question: _Question, pool: str) -> list[SpokeDesign]:
    known = next(each for each in question.hub.pools if each.id == pool)
    return [each for each in question.affected if _within(each.vpc.cidr, known.cidr)]


def _foreign(question: _Question) -> list[SpokeDesign]:
    """The spokes that need a share: those of other accounts."""
    return [each for each in question.affected if each.account.id != question.hub.account.id]


def _gateway_not_shared(question: _Question, _: re.Match[str]) -> Answer | None:
    foreign = _foreign(question)
    return _breaks(
        [*question.private(foreign), *question.between(lambda one, other: one in foreign or other in foreign)]
    )


def _rules_not_shared(question: _Question, _: re.Match[str]) -> Answer | None:
    return _breaks(question.private(_foreign(question)))


def _rule_not_shared(question: _Question, found: re.Match[str]) -> Answer | None:
    rule = next(each for each in question.hub.dns.rules if each.id == found[1])
    return _breaks(question.private(_foreign(question), question.forwarded(rule.domain)))


def _zone_without_routes(question: _Question, found: re.Match[str]) -> Answer | None:
    there = [each.service for each in question.hub.endpoints if found[1] in each.zones]
    return _breaks(question.private(question.affected, there))


def _port_not_allowed(question: _Question, found: re.Match[str]) -> Answer | None:
    group, port, source = found.groups()
    if source == "hub":
        return NOTHING
    services = [each.service for each in question.hub.endpoints if each.group == group and int(port) in each.ports]
    return _breaks(question.private(_in_pool(question, source), services))


_WITHOUT_AT_HUB: Mapping[str, Meaning] = {
    r"network/default-security-group": _none,
    r"network/attachment-subnet-.*-routes": _none,
    r"network/subnet-(.*)-routes": _zone_without_routes,
    r"gateway/association": _everything_private,
    r"gateway/propagation-(.*)": _segment_without_hub,
    r"gateway/route-(.*)": _no_return_route,
    r"gateway-share/.*": _gateway_not_shared,
    r"rules-share/organization": _rules_not_shared,
    r"rules-share/resource-(.*)": _rule_not_shared,
    r"endpoints/ingress-(.*?)-(\d+)-(hub|pool-.*)": _port_not_allowed,
    r"resolver/(inbound|outbound|inbound-tcp|inbound-udp|outbound-tcp|outbound-udp)": _everything_private,
    r"contract/parameter": _everything_private,
}
"""By role, what becomes of the pairs that need it."""

# Two of a kind ----------------------------------------------------------------------------------------------------

_TWICE: Mapping[str, Answer] = {
    "aws_ec2_transit_gateway": NOTHING,
    "aws_ec2_transit_gateway_route_table": NOTHING,
    "aws_ec2_transit_gateway_route_table_association": REFUSED,
    "aws_ec2_transit_gateway_route_table_propagation": REFUSED,
    "aws_ec2_transit_gateway_vpc_attachment": REFUSED,
    "aws_iam_instance_profile": REFUSED,
    "aws_iam_role": REFUSED,
    "aws_instance": NOTHING,
    "aws_kms_alias": REFUSED,
    "aws_kms_key": NOTHING,
    "aws_ram_resource_share": NOTHING,
    "aws_route": REFUSED,
    "aws_route53_resolver_rule": NOTHING,
    "aws_route53_resolver_rule_association": REFUSED,
    "aws_route_table": NOTHING,
    "aws_security_group": REFUSED,
    "aws_ssm_parameter": REFUSED,
    "aws_subnet": REFUSED,
    "aws_vpc_endpoint": REFUSED,
    "aws_vpc_security_group_egress_rule": REFUSED,
    "aws_vpc_security_group_ingress_rule": REFUSED,
}
"""Whether AWS takes a second one of the same name, range or target."""

# Arguments --------------------------------------------------------------------------------------------------------

_HARMLESS = (
    r"[a-z0-9_]+\.tags(_all)?",
    r"[a-z0-9_]+\.timeouts\..*",
    r"aws_(ec2_transit_gateway|security_group|ssm_parameter|kms_key|iam_role)\.description",
    r"aws_vpc_security_group_\w+\.description",
    r"aws_(route53_resolver_endpoint|route53_resolver_rule|route53_resolver_rule_association)\.name",
    r"aws_ram_resource_share\.name",
    r"aws_ec2_transit_gateway\.(dns_support|vpn_ecmp_support|security_group_referencing_support)",
    r"aws_ec2_transit_gateway_vpc_attachment\.(dns_support|security_group_referencing_support)",
    r"aws_vpc\.(instance_tenancy|enable_network_address_usage_metrics)",
    r"aws_subnet\.(map_public_ip_on_launch|private_dns_hostname_type_on_launch)",
    r"aws_subnet\.enable_resource_name_dns_a_record_on_launch",
    r"aws_security_group\.revoke_rules_on_delete",
    r"aws_instance\.(monitoring|disable_api_stop|disable_api_termination|instance_type|ebs_optimized)",
    r"aws_instance\.(user_data_replace_on_change|get_password_data)",
    r"aws_instance\.(metadata_options|root_block_device|maintenance_options|credit_specification)\..*",
    r"aws_(iam|kms)_\w+\.(description|max_session_duration|force_detach_policies|enable_key_rotation)",
    r"aws_kms_key\.(deletion_window_in_days|rotation_period_in_days|is_enabled|multi_region)",
    r"aws_s3_bucket\.(force_destroy|object_lock_enabled)",
    r"aws_s3_bucket_public_access_block\.(block|ignore|restrict)\w+",
    r"aws_s3_bucket_lifecycle_configuration\.rule\.(noncurrent_version_expiration|expiration)\..*",
)
"""Arguments that are on no path, whatever they are set to."""


def _boolean(off: Callable[[_Question], Answer]) -> Callable[[_Question], Answer]:
    """Of a switch that is on today, or by default."""
    return lambda question: off(question) if question.edit.value is False else NOTHING


def _no_dns_support(question: _Question) -> Answer:
    spoke = question.spoke
    if spoke is None:
        return _without_private_dns(question)
    return _breaks([*question.private([spoke]), *question.gateway(spoke, spoke.gateway_endpoints)])


def _no_hostnames(question: _Question) -> Answer:
    return NOTHING if question.spoke is not None else _without_private_dns(question)


def _without_private_dns(question: _Question) -> Answer:
    """AWS refuses private DNS in such a VPC, whether or not the hub has a spoke that would miss it."""
    missed = question.private(question.affected)
    return _breaks(missed) if missed or not question.hub.endpoints else REFUSED


def _service_of(question: _Question) -> str:
    """The service of an endpoint's role."""
    role = question.edit.block.role.removeprefix("endpoints/endpoint-")
    return next((each.service for each in question.hub.endpoints if each.id == role), role)


def _no_private_dns(question: _Question) -> Answer | None:
    if question.spoke is not None or not question.edit.old:
        return None  # a gateway endpoint has none
    return _breaks(question.private(question.affected, [_service_of(question)]))


def _another_service(question: _Question) -> Answer:
    spoke = question.spoke
    if spoke is not None:
        return REFUSED  # there is no gateway endpoint of such a service
    if any(each.service_name == question.edit.value for each in question.hub.endpoints):
        return REFUSED  # two endpoints would answer the same names
    return _breaks(question.private(question.affected, [_service_of(question)]))


def _policy(question: _Question) -> Answer:
    """Any but the default one is for a model of policies to judge."""
    service, spoke = [_service_of(question)], question.spoke
    pairs = question.private(question.affected, service) if spoke is None else question.gateway(spoke, service)
    found = frozenset(pairs)
    return Answer(Effect.UNKNOWN, found) if found else NOTHING


def _endpoints_group(question: _Question) -> Answer | None:
    """Another group of the stack instead: it lets nobody in on these ports."""
    groups = question.edit.value
    if question.spoke is not None or len(groups) != 1 or "resolver_" not in groups[0]:
        return None
    return _breaks(question.private(question.affected, [_service_of(question)]))


def _record_type(question: _Question) -> Answer | None:
    if question.edit.value != "ipv6" or question.spoke is not None:
        return None
    return _breaks(question.private(question.affected, [_service_of(question)]))


def _another_destination(question: _Question) -> Answer | None:
    """A range without what the route was for is as good as no route."""
    old, new = IPv4Network(question.edit.old), IPv4Network(question.edit.value)
    if new.overlaps(old):
        return None
    return question.gone()


def _another_target(_: _Question) -> Answer:
    """A route has one target: the provider refuses two."""
    return REFUSED


def _rule_breaks(question: _Question) -> Answer:
    """A rule that no longer forwards to where the hub answers."""
    role = question.edit.block.role.removeprefix("resolver/rule-")
    rule = next(each for each in question.hub.dns.rules if each.id == role)
    return _breaks(question.private(question.affected, question.forwarded(rule.domain)))


def _targets(question: _Question) -> Answer | None:
    if question.spoke is not None:
        return None
    if question.edit.argument == "target_ip.protocol" and question.edit.value == "Do53":
        return NOTHING
    if question.edit.argument == "target_ip.port" and question.edit.value == 53:
        return NOTHING
    return _rule_breaks(question)


def _another_domain(question: _Question) -> Answer | None:
    if question.spoke is not None or question.edit.value != "example.com":
        return None
    return _rule_breaks(question)


def _direction(question: _Question) -> Answer:
    """Queries come to an inbound endpoint, and leave by an outbound one."""
    return _breaks(question.private(question.affected))


def _protocols(question: _Question) -> Answer:
    return NOTHING if "Do53" in question.edit.value else _breaks(question.private(question.affected))


def _only_ipv6(question: _Question) -> Answer | None:
    if question.edit.value == "IPV4":
        return NOTHING
    return _breaks(question.private(question.affected)) if question.edit.value == "IPV6" else None


def _rule_ports(question: _Question) -> Answer | None:
    """The range of ports that a group's rule allows, after one end has changed."""
    given = question.edit.block.arguments
    ends = [given["from_port"], given["to_port"]]
    old = range(ends[0], ends[1] + 1)
    ends[question.edit.argument == "to_port"] = question.edit.value
    if ends[0] > ends[1]:
        return REFUSED
    new = range(ends[0], ends[1] + 1)
    if set(old) <= set(new):
        return _wider(question)
    return question.gone()


def _wider(question: _Question) -> Answer | None:
    """More ports than the service has, for everybody in a pool."""
    found = re.fullmatch(r"endpoints/ingress-.*?-\d+-(pool-.*)", question.edit.block.role)
    if found is None:
        return None
    return _opens(Pair(spoke.name, "", "exposed") for spoke in _in_pool(question, found[1]))


def _rule_protocol(question: _Question) -> Answer | None:
    if question.edit.value == question.edit.old:
        return NOTHING
    if question.edit.value == "-1":
        return None
    if question.edit.block.role.startswith("resolver/") and question.edit.value in {"tcp", "udp"}:
        return REFUSED  # the group has the rule of the other protocol too
    return question.gone()


def _rule_peer(question: _Question) -> Answer | None:
    old, new = IPv4Network(question.edit.old), IPv4Network(question.edit.value)
    if new.overlaps(old):
        return None
    return question.gone()


def _another_table(question: _Question) -> Answer | None:
    """A spoke that is associated with the hub's table is not told where the hub is."""
    spoke = question.spoke
    if spoke is None or question.edit.block.role != "gateway/association":
        return None
    if 'tables["hub"]' not in question.edit.value:
        return None
    return _breaks(question.private([spoke]))


def _subnet_range(question: _Question) -> Answer | None:
    """A range outside its VPC, or the neighbour's as well."""
    vpc = question.spoke.vpc if question.spoke is not None else question.hub.vpc
    new, whole = IPv4Network(question.edit.value), IPv4Network(vpc.cidr)
    taken = [IPv4Network(each.cidr) for each in (*vpc.subnets, *vpc.attachment_subnets)]
    own = IPv4Network(question.edit.old)
    if not new.subnet_of(whole) or any(new.overlaps(each) for each in taken if each != own):
        return REFUSED
    return None


def _vpc_range(question: _Question) -> Answer | None:
    vpc = question.spoke.vpc if question.spoke is not None else question.hub.vpc
    new = IPv4Network(question.edit.value)
    inside = all(IPv4Network(each.cidr).subnet_of(new) for each in (*vpc.subnets, *vpc.attachment_subnets))
    return None if inside and new.prefixlen >= 16 else REFUSED


def _principal(question: _Question) -> Answer | None:
    """Somebody else: no spoke of another account sees what is shared, but of the one that is named."""
    foreign = [each for each in _foreign(question) if each.account.id != question.edit.value]
    if question.edit.block.role.startswith("gateway-share"):
        between = question.between(lambda one, other: one in foreign or other in foreign)
        return _breaks([*question.private(foreign), *between])
    return _breaks(question.private(foreign))


def _address(question: _Question) -> Answer | None:
    """An inbound endpoint that no rule's target is: an address elsewhere is refused."""
    return _breaks(question.private(question.affected)) if question.edit.block.role == "resolver/inbound" else None


_CHANGED: Mapping[str, Callable[[_Question], Answer | None]] = {
    r"aws_vpc\.enable_dns_support": _boolean(_no_dns_support),
    r"aws_vpc\.enable_dns_hostnames": lambda question: (
        _no_hostnames(question) if question.edit.value is False else NOTHING
    ),
    r"aws_vpc\.cidr_block": _vpc_range,
    r"aws_subnet\.cidr_block": _subnet_range,
    r"aws_vpc_endpoint\.private_dns_enabled": _no_private_dns,
    r"aws_vpc_endpoint\.service_name": _another_service,
    r"aws_vpc_endpoint\.policy": _policy,
    r"aws_vpc_endpoint\.security_group_ids": _endpoints_group,
    r"aws_vpc_endpoint\.dns_options\.dns_record_ip_type": _record_type,
    r"aws_route\.destination_cidr_block": _another_destination,
    r"aws_route\.(?!transit_gateway)\w*(gateway|interface|endpoint|connection)_id": _another_target,
    r"aws_route\.(destination_prefix_list_id|destination_ipv6_cidr_block)": _another_target,
    r"aws_route53_resolver_rule\.target_ip\.(port|protocol|ip)": _targets,
    r"aws_route53_resolver_rule\.domain_name": _another_domain,
    r"aws_route53_resolver_endpoint\.direction": _direction,
    r"aws_route53_resolver_endpoint\.protocols": _protocols,
    r"aws_route53_resolver_endpoint\.resolver_endpoint_type": _only_ipv6,
    r"aws_route53_resolver_endpoint\.ip_address\.ip": _address,
    r"aws_vpc_security_group_\w+\.(from|to)_port": _rule_ports,
    r"aws_vpc_security_group_\w+\.ip_protocol": _rule_protocol,
    r"aws_vpc_security_group_\w+\.cidr_ipv4": _rule_peer,
    r"aws_ec2_transit_gateway_route_table_association\.transit_gateway_route_table_id": _another_table,
    r"aws_ram_principal_association\.principal": _principal,
}
"""By resource type and argument, what another value does."""
