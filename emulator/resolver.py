# ruff: noqa: ANN401 -- overriding methods hand through whatever moto's take
"""VPC Resolver: rules across accounts, and the requests that AWS refuses."""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.route53resolver.exceptions import (
    InvalidRequestException,
    ResourceExistsException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from moto.route53resolver.models import (
    ResolverEndpoint,
    ResolverRule,
    ResolverRuleAssociation,
    Route53ResolverBackend,
    route53resolver_backends,
)
from moto.route53resolver.responses import Route53ResolverResponse

from emulator import ram
from emulator.backends import in_region
from emulator.mount import Extension
from emulator.vpc import is_reserved


class Backend(Route53ResolverBackend, TaggableResourcesMixin):  # type: ignore[misc]  # both have a tag_resource
    """The endpoints, rules and associations of one account in one region. moto's rules cannot be shared."""

    SERVICE_NAMESPACE = "route53resolver"

    def associate_resolver_rule(self, resolver_rule_id: str, name: str, vpc_id: str) -> ResolverRuleAssociation:
        """AssociateResolverRule, for own rules and those shared with the account.

        moto allows two different rules for the same domain name in one VPC; AWS does not (AssociateResolverRule, API
        reference; the RSLVR number is not confirmed against AWS). The message that refuses a loop is from
        aws-samples/aws-network-hub-for-terraform#26.
        """
        with self._with_visible_rules():
            rule = self._rule(resolver_rule_id)
            for other in self.resolver_rule_associations.values():
                known = self.resolver_rules.get(other.resolver_rule_id)
                if other.vpc_id == vpc_id and known is not None and known.domain_name == rule.domain_name:
                    raise InvalidRequestException(
                        "Cannot associate rules with same domain name with same VPC. "
                        f'Conflict with resolver rule "{known.id}"'
                    )
            if self._inbound_addresses(vpc_id) & {target["Ip"] for target in rule.target_ips or ()}:
                raise InvalidRequestException(
                    f"[RSLVR-00804] Cannot associate rule {rule.id} to VPC {vpc_id} because the VPC include an INBOUND "
                    "resolver endpoints with rule's target IP. Please try a different rule or update rule's target IP."
                )
            return super().associate_resolver_rule(resolver_rule_id, name, vpc_id)

    def disassociate_resolver_rule(self, resolver_rule_id: str, vpc_id: str) -> ResolverRuleAssociation:
        """DisassociateResolverRule, for own rules and those shared with the account."""
        with self._with_visible_rules():
            self._rule(resolver_rule_id)
            return super().disassociate_resolver_rule(resolver_rule_id, vpc_id)

    def get_resolver_rule(self, resolver_rule_id: str) -> ResolverRule:
        """GetResolverRule, for own rules and those shared with the account."""
        with self._with_visible_rules():
            return self._rule(resolver_rule_id)

    def list_resolver_rules(self, *args: Any, **kwargs: Any) -> Any:
        """ListResolverRules, for own rules and those shared with the account."""
        with self._with_visible_rules():
            return super().list_resolver_rules(*args, **kwargs)

    def update_resolver_rule(self, resolver_rule_id: str, config: dict[str, Any]) -> ResolverRule:
        """UpdateResolverRule, for the owner; moto lacks it. Fields that are not given keep their values."""
        rule = self._rule(resolver_rule_id)
        rule.name = config.get("Name", rule.name)
        rule.target_ips = config.get("TargetIps", rule.target_ips)
        rule.resolver_endpoint_id = config.get("ResolverEndpointId", rule.resolver_endpoint_id)
        return rule

    def delete_resolver_rule(self, resolver_rule_id: str) -> ResolverRule:
        """DeleteResolverRule, refused while a VPC of any account is associated; moto checks only the owner's VPCs.

        The error code is from the API reference; its RSLVR number is not confirmed against AWS.
        """
        self._rule(resolver_rule_id)
        for backend in in_region(route53resolver_backends, self.region_name):
            if any(a.resolver_rule_id == resolver_rule_id for a in backend.resolver_rule_associations.values()):
                raise ResourceInUseException("Please disassociate this resolver rule from VPC first before deleting")
        return super().delete_resolver_rule(resolver_rule_id)

    def create_resolver_endpoint(self, *args: Any, **kwargs: Any) -> ResolverEndpoint:
        """CreateResolverEndpoint, refused if another network interface has a requested address, or AWS keeps it.

        So it is with subnets of two VPCs, and with a security group of another one. moto does all of that. The error
        codes are from the API reference, not confirmed against AWS.
        """
        subnets = [self.ec2_backend.get_subnet(wanted["SubnetId"]) for wanted in kwargs["ip_addresses"]]
        groups = [self.ec2_backend.get_security_group_from_id(group) for group in kwargs["security_group_ids"]]
        if len({part.vpc_id for part in (*subnets, *groups) if part is not None}) > 1:
            raise InvalidRequestException("Subnets and security groups of a resolver endpoint must be in one VPC.")
        for wanted, subnet in zip(kwargs["ip_addresses"], subnets, strict=True):
            if wanted.get("Ip") and is_reserved(wanted["Ip"], subnet):
                raise InvalidRequestException(
                    f"IP address '{wanted['Ip']}' is reserved in subnet '{wanted['SubnetId']}'"
                )
            if wanted.get("Ip") in self._addresses_in_use(wanted["SubnetId"]):
                raise ResourceExistsException(
                    f"The IP address '{wanted['Ip']}' in subnet '{wanted['SubnetId']}' is already in use"
                )
        return super().create_resolver_endpoint(*args, **kwargs)

    def delete_resolver_endpoint(self, resolver_endpoint_id: str) -> ResolverEndpoint:
        """DeleteResolverEndpoint, refused while a rule uses it. The message is from rebuy-de/aws-nuke#586."""
        rules = [rule.id for rule in self.resolver_rules.values() if rule.resolver_endpoint_id == resolver_endpoint_id]
        if rules:
            raise InvalidRequestException(
                "[RSLVR-00600] Cannot delete resolver endpoint unless its related resolver rules are deleted. "
                f'The following rules still exist for this resolver endpoint: "{",".join(rules)}"'
            )
        return super().delete_resolver_endpoint(resolver_endpoint_id)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Resources for the Resource Groups Tagging API; moto lists none of this service."""
        resources: list[ResolverEndpoint | ResolverRule] = [*self.resolver_endpoints.values()]
        for resource in [*resources, *self.resolver_rules.values()]:
            kind = resource.arn.rpartition(":")[2].partition("/")[0]
            tags = self.tagger.get_tag_dict_for_resource(resource.arn)
            yield TaggedResource(resource.arn, tags, f"{self.SERVICE_NAMESPACE}:{kind}")

    @contextmanager
    def _with_visible_rules(self) -> Iterator[None]:
        """Within this context ``resolver_rules``, which moto's methods use, has every rule visible to the account."""
        own = self.resolver_rules
        seen = dict(own)
        for rule in own.values():
            rule.share_status = "SHARED_BY_ME" if ram.is_shared(rule.arn) else "NOT_SHARED"
        for backend in in_region(route53resolver_backends, self.region_name):
            if backend is not self:
                for rule in backend.resolver_rules.values():
                    if ram.is_visible_to(self.account_id, rule.arn):
                        seen[rule.id] = copy.copy(rule)
                        seen[rule.id].share_status = "SHARED_WITH_ME"
        self.resolver_rules = seen
        try:
            yield
        finally:
            self.resolver_rules = own

    def _rule(self, rule_id: str) -> ResolverRule:
        """A rule that is visible to the account, else AWS's error (LocalStack has the same message)."""
        if rule_id not in self.resolver_rules:
            raise ResourceNotFoundException(f'[RSLVR-00703] Resolver rule with ID "{rule_id}" does not exist.')
        return self.resolver_rules[rule_id]

    def _inbound_addresses(self, vpc_id: str) -> set[str]:
        return {
            address["Ip"]
            for endpoint in self.resolver_endpoints.values()
            if endpoint.direction == "INBOUND" and endpoint.host_vpc_id == vpc_id
            for address in endpoint.ip_addresses
        }

    def _addresses_in_use(self, subnet_id: str) -> set[str | None]:
        interfaces = self.ec2_backend.enis.values()
        return {eni.private_ip_address for eni in interfaces if eni.subnet.id == subnet_id}


class Response(Route53ResolverResponse):
    """An operation that moto lacks."""

    def update_resolver_rule(self) -> str:
        """UpdateResolverRule."""
        backend: Backend = self.route53resolver_backend  # type: ignore[assignment]  # mounted in its place
        rule = backend.update_resolver_rule(self._get_param("ResolverRuleId"), self._get_param("Config"))
        return json.dumps({"ResolverRule": rule.description()})


EXTENSION = Extension("route53resolver", backend=Backend, response=Response)
