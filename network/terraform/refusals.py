"""What Terraform or the provider refuses of a stack, as far as its text tells: nothing of it would be applied.

The network that such a stack describes never exists, however sound it looks. What AWS refuses of the parts themselves
is found in the network (`assurance.refusals`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from network.model import Refusal, Unknown, stack_of
from network.terraform.documents import ACCEPTER, Resource, assumed
from network.terraform.expressions import Json
from network.terraform.syntax import provider_name

__all__ = ["Refusals"]

_TERRAFORM = "https://developer.hashicorp.com/terraform"
_PROVIDER = "https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs"
_EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference"
_ROUTE53 = "https://docs.aws.amazon.com/Route53/latest/APIReference"
REFERENCES = f"{_TERRAFORM}/language/expressions/references"
GRAPH = f"{_TERRAFORM}/internals/graph"
CONFIGURATIONS = f"{_TERRAFORM}/language/providers/configuration"
PROVIDER = f"{_PROVIDER}/index.html.markdown"


VALUE = re.compile(rb': "[^"$\\]+"')
"""An argument without expressions in it: a name, a range, an account."""


class Refusals:
    """Finds what is refused in all stacks and plans that are read together."""

    def __init__(self) -> None:
        self._of_form: dict[Form, tuple[Refusal, ...]] = {}
        self._first: dict[tuple[Json, ...], str] = {}

    def of_stack(self, stack: str, document: Mapping[str, Json], source: Json) -> Iterator[Refusal]:
        """What Terraform refuses of a synthesised stack.

        Most spokes' stacks differ in values only, so what their form decides is looked for once.
        """
        for name, block in _configurations(document):
            yield from _refused_accounts(f"{stack}: provider.{name}", block)
        form = _form(stack, document, source)
        found = self._of_form.get(form) if form is not None else None
        if found is None:
            found = tuple(_refused_form(document))
            if form is not None:
                self._of_form[form] = found
        for each in found:
            yield replace(each, address=f"{stack}: {each.address}")

    def of_resource(self, resource: Resource) -> Iterator[Refusal]:
        """What AWS refuses of a resource because of another that was read before."""
        for one in ONCE.get(resource.kind, ()) if not resource.uncertain else ():
            key = _key(one, resource)
            other = self._first.setdefault(key, resource.address) if key else resource.address
            if other != resource.address:
                says = one.says.format(other=other)
                yield Refusal(resource.address, says, f"remove it, or {other}", one.source, one.certain)


Form = tuple[bytes, tuple[Json, ...]]


def _form(stack: str, document: Mapping[str, Json], source: Json) -> Form | None:
    """A stack's text without the values that make spokes of one form different; None where it is written otherwise."""
    if not isinstance(source, (bytes, str)):
        return None
    try:
        providers = document["provider"]["aws"]
        kept = (
            *(block.get("alias") for block in providers),
            *(
                block.get("provider")
                for section in ("resource", "data")
                for blocks in document.get(section, {}).values()
                for block in blocks.values()
            ),
        )
        values = (stack, *(str(block.get("allowed_account_ids", [""])[0]) for block in providers))
    except (AttributeError, IndexError, KeyError, TypeError):
        return None
    form = VALUE.sub(b"", source.encode() if isinstance(source, str) else source)
    for at, value in enumerate(values):
        form = form.replace(b'"%b"' % value.encode(), b"<%d>" % at)
    return form, kept


def _refused_form(document: Mapping[str, Json]) -> Iterator[Refusal]:
    """What is refused whatever the values of plain arguments are; addresses are without the stack's name."""
    blocks = list(_blocks(document))
    yield from _refused_providers(blocks, [name for name, _ in _configurations(document)])
    yield from _refused_references(document, blocks)
    yield from _refused_attributes(document, blocks)
    yield from _refused_neighbours(document, blocks)
    for block in blocks:
        if block.managed:
            yield from _refused_arguments(block)
    yield from _contested(blocks)


@dataclass(frozen=True, slots=True)
class _Block:
    """A resource or data source of a stack, as it is written."""

    kind: str
    address: str
    """Without the stack's name: as expressions name it."""
    body: Mapping[str, Json]
    managed: bool


def _blocks(document: Mapping[str, Json]) -> Iterator[_Block]:
    for section, start in (("resource", ""), ("data", "data.")):
        for kinds in _each(document.get(section)):
            for kind, named in kinds.items():
                for group in _each(named):
                    for name, bodies in group.items():
                        for body in _each(bodies):
                            yield _Block(kind, f"{start}{kind}.{name}", body, not start)


def _each(value: Json) -> Iterator[Mapping[str, Json]]:
    """The blocks of an object or of a list of them: Terraform's JSON has both."""
    for block in value if isinstance(value, list) else (value,):
        if isinstance(block, Mapping):
            yield block


# Providers -------------------------------------------------------------------------------------------------------


def _configurations(document: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """The provider configurations, by the name with which a resource chooses one."""
    for kinds in _each(document.get("provider")):
        for kind, blocks in kinds.items():
            for block in _each(blocks):
                alias = block.get("alias")
                yield (f"{kind}.{alias}" if alias else kind), block


def _refused_accounts(at: str, block: Mapping[str, Json]) -> Iterator[Refusal]:
    """What a provider says about its account that cannot be."""
    allowed, forbidden = _accounts(block, "allowed_account_ids"), _accounts(block, "forbidden_account_ids")
    if allowed and forbidden:
        says = "allowed_account_ids and forbidden_account_ids exclude each other, and it sets both"
        yield Refusal(at, says, "remove forbidden_account_ids", PROVIDER)
    for account in assumed(block):
        if allowed and account not in allowed and not any("${" in each for each in allowed):
            says = f"it assumes a role of account {account}, and allows only {' and '.join(allowed)}"
            yield Refusal(at, says, "name the same account in role_arn and in allowed_account_ids", PROVIDER)
        elif account in forbidden:
            says = f"it assumes a role of account {account}, which it forbids"
            yield Refusal(at, says, "take the account out of forbidden_account_ids", PROVIDER)


def _accounts(block: Mapping[str, Json], name: str) -> list[str]:
    value = block.get(name)
    return [str(each) for each in value] if isinstance(value, list) else []


def _refused_providers(blocks: Iterable[_Block], configured: list[str]) -> Iterator[Refusal]:
    """Providers that are configured twice, and resources whose provider is not configured."""
    names = frozenset(configured)
    for name in sorted(name for name in names if configured.count(name) > 1):
        says = f"the provider {name} is configured twice, which Terraform refuses"
        fix = "give one of the two another alias, or remove it"
        yield Refusal(f"provider.{name}", says, fix, CONFIGURATIONS)
    aliased = any(name.startswith("aws.") for name in names)
    for block in blocks:
        chosen = provider_name(block.body.get("provider")) or "aws"
        if chosen in names or not block.kind.startswith("aws_"):
            continue
        at, fix = block.address, f"choose one of {', '.join(sorted(names))}"
        if chosen != "aws":
            yield Refusal(at, f"its provider {chosen} is not configured in the stack", fix, CONFIGURATIONS)
        elif aliased:
            says = (
                "it chooses no provider, and the stack has no default one: it gets whatever account Terraform runs in"
            )
            yield Refusal(at, says, fix, CONFIGURATIONS, certain=False)


# References ------------------------------------------------------------------------------------------------------

OWN = re.compile(r"\$\{(aws_\w+\.[\w-]+)\.(?:id|arn)\}")
"""An expression that names a resource of its own stack."""
LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
NAMES = re.compile(r"(?<![\w.\-])([A-Za-z_][\w-]*)\.([A-Za-z_][\w-]*)(?:\.([A-Za-z_][\w-]*))?")
SECTIONS = {"local": "locals", "var": "variable", "module": "module"}
MISSING = ("aws_", "data.", "local.", "var.", "module.")
"""What a name begins with that something of the stack must have. Any other may be a variable of a `for`."""


@lru_cache(maxsize=8192)
def _named(text: str) -> frozenset[str]:
    """What the expressions in a text name, as a stack calls it: `aws_vpc.x`, `data.aws_vpc.x`, `local.x`."""
    found: set[str] = set()
    for expression in _expressions(text):
        for literal in LITERAL.findall(expression):
            if "${" in literal:
                found |= _named(literal)
        for first, second, third in NAMES.findall(LITERAL.sub('""', expression)):
            if first != "data":
                found.add(f"{first}.{second}")
            elif third:
                found.add(f"data.{second}.{third}")
    return frozenset(found)


def _expressions(text: str) -> Iterator[str]:
    """What is between `${` and the `}` that belongs to it."""
    text = text.replace("$${", "")
    at = text.find("${")
    while at >= 0:
        depth, end, quoted = 1, at + 2, False
        while end < len(text) and depth:
            mark = text[end]
            if mark == "\\":
                end += 1
            elif mark == '"':
                quoted = not quoted
            elif not quoted:
                depth += {"{": 1, "}": -1}.get(mark, 0)
            end += 1
        yield text[at + 2 : end - 1]
        at = text.find("${", end)


def _names_in(value: Json) -> frozenset[str]:
    """What all expressions within a value name."""
    texts: list[str] = []
    rest: list[Json] = [value]
    while rest:
        each = rest.pop()
        if isinstance(each, str):
            if "${" in each:
                texts.append(each)
        elif isinstance(each, dict):
            rest += each.values()
        elif isinstance(each, list):
            rest += each
    return frozenset().union(*map(_named, texts))


def _refused_references(document: Mapping[str, Json], blocks: Iterable[_Block]) -> Iterator[Refusal]:
    """Names of what the stack does not have, and circles of resources that wait for each other."""
    uses: dict[str, frozenset[str]] = {}
    for block in blocks:
        uses[block.address] = uses.get(block.address, frozenset()) | _names_in(block.body) | _awaited(block.body)
    for each in _each(document.get("locals")):
        uses |= {f"local.{name}": _names_in(value) for name, value in each.items()}
    there = {*uses, *(f"{start}.{name}" for start, section in SECTIONS.items() for name in _labels(document, section))}
    other = {f"output.{name}": value for each in _each(document.get("output")) for name, value in each.items()}
    for name, configuration in _configurations(document):
        other[f"provider.{name}"] = configuration
    for name, value in other.items():
        yield from _missing(name, _names_in(value), there)
    for name, names in uses.items():
        yield from _missing(name, names, there)
    circle = _circle(uses)
    if circle:
        says = f"{' → '.join((*circle, circle[0]))}: each waits for the next, so Terraform applies none of them"
        yield Refusal(circle[0], says, "remove one of these references or depends_on", GRAPH)


def _missing(name: str, names: frozenset[str], there: set[str]) -> Iterator[Refusal]:
    if names <= there:
        return
    for each in sorted(names - there):
        if each.startswith(MISSING):
            says = f"it names {each}, which the stack does not have"
            yield Refusal(name, says, f"add {each}, or name what is there", REFERENCES)


ATTRIBUTE = re.compile(r"(?<![\w.\-])((?:data\.)?aws_\w+\.[A-Za-z_][\w-]*)\.[A-Za-z_]")
"""An attribute of a resource that is named without an instance."""


def _refused_attributes(document: Mapping[str, Json], blocks: Iterable[_Block]) -> Iterator[Refusal]:
    """Attributes of what has `count` or `for_each`, and therefore instances, as if it were one resource."""
    several = {block.address for block in blocks if "count" in block.body or "for_each" in block.body}
    if not several:
        return
    users: dict[str, Json] = {block.address: block.body for block in blocks}
    users |= {f"local.{name}": value for each in _each(document.get("locals")) for name, value in each.items()}
    users |= {f"output.{name}": value for each in _each(document.get("output")) for name, value in each.items()}
    for name, value in users.items():
        for each in sorted(_attributes_in(value) & several):
            says = f"it names an attribute of {each}, which has instances, and of which one is meant is not said"
            yield Refusal(name, says, f"name an instance, such as {each}[0]", REFERENCES)


def _attributes_in(value: Json) -> frozenset[str]:
    """Of which resources the expressions within a value name an attribute without an instance."""
    if isinstance(value, str):
        found = (ATTRIBUTE.findall(LITERAL.sub('""', expression)) for expression in _expressions(value))
        return frozenset(name for names in found for name in names)
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return frozenset().union(*map(_attributes_in, children))


WITHIN: Mapping[str, tuple[str, ...]] = {
    "aws_iam_instance_profile": ("role",),
    "aws_iam_role_policy": ("role",),
    "aws_iam_role_policy_attachment": ("role",),
    "aws_instance": ("iam_instance_profile",),
    "aws_route_table_association": ("route_table_id", "subnet_id"),
}
"""Arguments that name something of the account that makes the resource, and that no network has a part for."""
NAMED = re.compile(r"\$\{(aws_\w+\.[\w-]+)\.\w+\}")


def _refused_neighbours(document: Mapping[str, Json], blocks: Iterable[_Block]) -> Iterator[Refusal]:
    """What one account's provider creates with something of another account's, which AWS does not find there."""
    accounts = {name: _accounts(block, "allowed_account_ids") for name, block in _configurations(document)}
    owners = {block.address: accounts.get(str(block.body.get("provider") or "aws"), []) for block in blocks}
    for block in blocks:
        for argument in WITHIN.get(block.kind, ()):
            named = NAMED.fullmatch(str(block.body.get(argument)))
            own, other = owners[block.address], owners.get(named[1], []) if named else []
            if named and own and other and set(own).isdisjoint(other):
                says = f"account {' or '.join(own)} creates it, and {named[1]} is account {' or '.join(other)}'s"
                yield Refusal(block.address, says, "choose the provider of that account", _page(block.kind))


def _awaited(body: Mapping[str, Json]) -> frozenset[str]:
    """What a resource names outside of expressions."""
    lists = [body.get("depends_on"), *(each.get("replace_triggered_by") for each in _each(body.get("lifecycle")))]
    texts = [f"${{{each}}}" for names in lists if isinstance(names, list) for each in names if isinstance(each, str)]
    return frozenset().union(*map(_named, texts)) if texts else frozenset()


def _labels(document: Mapping[str, Json], section: str) -> Iterator[str]:
    for each in _each(document.get(section)):
        yield from each


def _circle(uses: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Names that lead back to the first of them, each naming the next; none where there are no such."""
    done: set[str] = set()
    for start in uses:
        path: dict[str, Iterator[str]] = {}
        node: str | None = start
        while node is not None:
            if node not in path:
                path[node] = iter(uses[node])
            step = next((each for each in path[node] if each in uses and each not in done), None)
            if step in path:
                names = list(path)
                return tuple(names[names.index(step) :])
            if step is None:
                done.add(node)
                del path[node]
                node = next(reversed(path), None)
            else:
                node = step
        if len(done) == len(uses):
            break
    return ()


# Arguments -------------------------------------------------------------------------------------------------------

_LINK = ("transit_gateway_attachment_id", "transit_gateway_route_table_id")
_GROUP_RULE = ("ip_protocol", "security_group_id")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "aws_default_network_acl": ("default_network_acl_id",),
    "aws_default_route_table": ("default_route_table_id",),
    "aws_ec2_transit_gateway_route": ("destination_cidr_block", "transit_gateway_route_table_id"),
    "aws_ec2_transit_gateway_route_table": ("transit_gateway_id",),
    "aws_ec2_transit_gateway_route_table_association": _LINK,
    "aws_ec2_transit_gateway_route_table_propagation": _LINK,
    "aws_ec2_transit_gateway_vpc_attachment": ("subnet_ids", "transit_gateway_id", "vpc_id"),
    "aws_ec2_transit_gateway_vpc_attachment_accepter": ("transit_gateway_attachment_id",),
    "aws_main_route_table_association": ("route_table_id", "vpc_id"),
    "aws_nat_gateway": ("subnet_id",),
    "aws_network_acl": ("vpc_id",),
    "aws_network_acl_association": ("network_acl_id", "subnet_id"),
    "aws_network_acl_rule": ("network_acl_id", "protocol", "rule_action", "rule_number"),
    "aws_network_interface": ("subnet_id",),
    "aws_ram_principal_association": ("principal", "resource_share_arn"),
    "aws_ram_resource_association": ("resource_arn", "resource_share_arn"),
    "aws_ram_resource_share": ("name",),
    "aws_route": ("route_table_id",),
    "aws_route53_record": ("name", "type", "zone_id"),
    "aws_route53_resolver_endpoint": ("direction", "security_group_ids"),
    "aws_route53_resolver_rule": ("domain_name", "rule_type"),
    "aws_route53_resolver_rule_association": ("resolver_rule_id", "vpc_id"),
    "aws_route53_zone": ("name",),
    "aws_route53_zone_association": ("vpc_id", "zone_id"),
    "aws_route_table": ("vpc_id",),
    "aws_route_table_association": ("route_table_id",),
    "aws_security_group_rule": ("from_port", "protocol", "security_group_id", "to_port", "type"),
    "aws_subnet": ("vpc_id",),
    "aws_vpc_endpoint": ("vpc_id",),
    "aws_vpc_endpoint_route_table_association": ("route_table_id", "vpc_endpoint_id"),
    "aws_vpc_endpoint_security_group_association": ("security_group_id", "vpc_endpoint_id"),
    "aws_vpc_endpoint_subnet_association": ("subnet_id", "vpc_endpoint_id"),
    "aws_vpc_ipv4_cidr_block_association": ("vpc_id",),
    "aws_vpc_security_group_egress_rule": _GROUP_RULE,
    "aws_vpc_security_group_ingress_rule": _GROUP_RULE,
}
"""The arguments without which the provider refuses a resource. A test compares them with its schema."""

_PEERS = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
ONE_OF: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "aws_route": (
        ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"),
        (
            "carrier_gateway_id",
            "core_network_arn",
            "egress_only_gateway_id",
            "gateway_id",
            "local_gateway_id",
            "nat_gateway_id",
            "network_interface_id",
            "transit_gateway_id",
            "vpc_endpoint_id",
            "vpc_peering_connection_id",
        ),
    ),
    "aws_route_table_association": (("gateway_id", "subnet_id"),),
    "aws_vpc_security_group_egress_rule": (_PEERS,),
    "aws_vpc_security_group_ingress_rule": (_PEERS,),
}
"""Arguments of which the provider wants exactly one."""
NOT_BOTH: Mapping[str, tuple[str, str]] = {"aws_subnet": ("availability_zone", "availability_zone_id")}
"""Arguments that the provider refuses together."""


def _refused_arguments(block: _Block) -> Iterator[Refusal]:
    body, source = block.body, _page(block.kind)
    for name in REQUIRED.get(block.kind, ()):
        if body.get(name) is None and not _dynamic(body, name):
            yield Refusal(block.address, f"it has no {name}, which the provider requires", f"set {name}", source)
    for names in ONE_OF.get(block.kind, ()):
        set_ = [name for name in names if body.get(name) not in (None, "")]
        if len(set_) != 1:
            says = f"it sets {' and '.join(set_) or 'none'} of {', '.join(names)}, and the provider takes exactly one"
            yield Refusal(block.address, says, f"set {'only ' if set_ else ''}one of them", source)
    both = NOT_BOTH.get(block.kind, ())
    if both and all(body.get(name) for name in both):
        yield Refusal(block.address, f"{' and '.join(both)} exclude each other", f"remove {both[0]}", source)


def _dynamic(body: Mapping[str, Json], name: str) -> bool:
    return any(name in each for each in _each(body.get("dynamic")))


def _page(kind: str) -> str:
    return f"{_PROVIDER}/r/{kind.removeprefix('aws_')}.html.markdown"


_TABLES = {"aws_default_route_table": ("route",), "aws_route_table": ("route",)}
_ACLS = {"aws_default_network_acl": ("egress", "ingress"), "aws_network_acl": ("egress", "ingress")}
_INGRESS = {"aws_default_security_group": ("ingress",), "aws_security_group": ("ingress",)}
_EGRESS = {"aws_default_security_group": ("egress",), "aws_security_group": ("egress",)}
_BOTH = {"aws_default_security_group": ("egress", "ingress"), "aws_security_group": ("egress", "ingress")}
SEPARATE: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]] = {
    "aws_network_acl_association": ("network_acl_id", {"aws_network_acl": ("subnet_ids",)}),
    "aws_network_acl_rule": ("network_acl_id", _ACLS),
    "aws_route": ("route_table_id", _TABLES),
    "aws_route53_zone_association": ("zone_id", {"aws_route53_zone": ("vpc",)}),
    "aws_security_group_rule": ("security_group_id", _BOTH),
    "aws_vpc_endpoint_route_table_association": ("vpc_endpoint_id", {"aws_vpc_endpoint": ("route_table_ids",)}),
    "aws_vpc_endpoint_security_group_association": ("vpc_endpoint_id", {"aws_vpc_endpoint": ("security_group_ids",)}),
    "aws_vpc_endpoint_subnet_association": ("vpc_endpoint_id", {"aws_vpc_endpoint": ("subnet_ids",)}),
    "aws_vpc_security_group_egress_rule": ("security_group_id", _EGRESS),
    "aws_vpc_security_group_ingress_rule": ("security_group_id", _INGRESS),
}
"""What can be a resource of its own or within its parent, by the argument that names the parent; and the arguments of
the parent that make the provider remove, at the next apply, what is not listed there."""


def _contested(blocks: Iterable[_Block]) -> Iterator[Refusal]:
    """Parts that one resource creates and another deletes."""
    managed = {block.address: block for block in blocks if block.managed}
    for block in managed.values():
        argument, parents = SEPARATE.get(block.kind, ("", {}))
        own = OWN.fullmatch(str(block.body.get(argument))) if argument else None
        parent = managed.get(own[1]) if own else None
        for name in parents.get(parent.kind, ()) if parent is not None else ():
            if parent is not None and parent.body.get(name) and not _ignores(parent.body, name):
                says = f"{parent.address} lists its own {name}, and removes at the next apply what is not listed there"
                fix = f"move it into {name}, or everything out of it"
                yield Refusal(block.address, says, fix, _page(parent.kind), certain=False)


def _ignores(body: Mapping[str, Json], name: str) -> bool:
    ignored = [each.get("ignore_changes") for each in _each(body.get("lifecycle"))]
    return any(each == "all" or (isinstance(each, list) and name in each) for each in ignored)


# What there can be only one of -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _One:
    """Arguments that no two resources of a kind may have alike."""

    arguments: tuple[str, ...]
    says: str
    """What is refused; `{other}` is the address of the other resource."""
    source: str
    optional: tuple[str, ...] = ()
    """Arguments that count too, and may be missing."""
    owned: bool = False
    """Whether resources conflict only within one account and region, where their names are unique."""
    certain: bool = True


def _route(argument: str) -> _One:
    says = "{other} is a route of the same table to the same destination: AWS refuses the second (RouteAlreadyExists)"
    return _One(("route_table_id", argument), says, f"{_EC2}/API_CreateRoute.html")


def _group_rule(peer: str) -> _One:
    says = "{other} is the same rule of the same group: AWS refuses the second (InvalidPermission.Duplicate)"
    arguments = ("security_group_id", "ip_protocol", peer)
    return _One(arguments, says, f"{_EC2}/API_AuthorizeSecurityGroupIngress.html", ("from_port", "to_port"))


def _managed(kind: str, argument: str, what: str) -> _One:
    """What AWS makes with a VPC, and Terraform adopts."""
    return _One(
        (argument,),
        f"{{other}} manages the same {what}: each undoes the other's changes",
        _page(kind),
        (),
        certain=False,
    )


def _taken(kind: str, argument: str, what: str) -> _One:
    return _One(
        (argument,), f"{{other}} has the same name, and AWS takes each name of {what} once", _page(kind), (), owned=True
    )


_GROUP_RULES = tuple(map(_group_rule, _PEERS))
_ASSOCIATED = "{other} associates the same %s: AWS refuses the second (Resource.AlreadyAssociated)"
ONCE: Mapping[str, tuple[_One, ...]] = {
    "aws_default_network_acl": (_managed("aws_default_network_acl", "default_network_acl_id", "network ACL"),),
    "aws_default_route_table": (_managed("aws_default_route_table", "default_route_table_id", "route table"),),
    "aws_default_security_group": (_managed("aws_default_security_group", "vpc_id", "security group"),),
    "aws_ec2_transit_gateway_route": (
        _One(
            ("transit_gateway_route_table_id", "destination_cidr_block"),
            "{other} is a static route of the same table to the same destination: AWS refuses the second "
            "(RouteAlreadyExists)",
            f"{_EC2}/API_CreateTransitGatewayRoute.html",
        ),
    ),
    "aws_iam_instance_profile": (_taken("aws_iam_instance_profile", "name", "an instance profile"),),
    "aws_iam_role": (_taken("aws_iam_role", "name", "a role"),),
    "aws_kms_alias": (_taken("aws_kms_alias", "name", "a key's alias"),),
    "aws_main_route_table_association": (_managed("aws_main_route_table_association", "vpc_id", "VPC's main table"),),
    "aws_network_acl_association": (
        _One(
            ("subnet_id",),
            "{other} gives the same subnet a network ACL: which of the two it keeps is not known",
            f"{_EC2}/API_ReplaceNetworkAclAssociation.html",
            certain=False,
        ),
    ),
    "aws_route": tuple(
        map(_route, ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"))
    ),
    "aws_route53_record": (
        _One(
            ("zone_id", "name", "type"),
            "{other} is a record of the same name and type: AWS refuses the second (InvalidChangeBatch)",
            f"{_ROUTE53}/API_ChangeResourceRecordSets.html",
            ("set_identifier",),
        ),
    ),
    "aws_route_table_association": (
        _One(("subnet_id",), _ASSOCIATED % "subnet with a route table", f"{_EC2}/API_AssociateRouteTable.html"),
        _One(("gateway_id",), _ASSOCIATED % "gateway with a route table", f"{_EC2}/API_AssociateRouteTable.html"),
    ),
    "aws_security_group": (
        _One(
            ("vpc_id", "name"),
            "{other} has the same name in the same VPC: AWS refuses the second (InvalidGroup.Duplicate)",
            f"{_EC2}/API_CreateSecurityGroup.html",
        ),
    ),
    "aws_ssm_parameter": (_taken("aws_ssm_parameter", "name", "a parameter"),),
    "aws_vpc_security_group_egress_rule": _GROUP_RULES,
    "aws_vpc_security_group_ingress_rule": _GROUP_RULES,
}


def _key(one: _One, resource: Resource) -> tuple[Json, ...]:
    """By what two resources are alike; nothing where that is not known."""
    for name in one.arguments:
        if resource.raw.get(name) in (None, ""):  # a plan writes an empty text for what is not set
            return ()
    values = [_value(resource, name) for name in one.arguments]
    more = [resource.get(name) for name in one.optional]
    owner = resource.owner if one.owned else None
    if any(value is None or isinstance(value, (Unknown, list, dict)) for value in values):
        return ()
    if any(isinstance(value, (Unknown, list, dict)) for value in more):
        return ()
    if owner is not None and not (isinstance(owner.account, str) and isinstance(owner.region, str)):
        return ()
    return (resource.kind, one.arguments, owner, *values, *(str(value or "") for value in more))


def _value(resource: Resource, name: str) -> Json:
    """An argument's value. Most name a resource of their own stack, whose address needs no looking up."""
    raw = resource.raw.get(name)
    own = OWN.fullmatch(raw) if isinstance(raw, str) else None
    if own is None or own[1].startswith(f"{ACCEPTER}."):
        return resource.get(name)
    return f"{stack_of(resource.address)}: {own[1]}"
