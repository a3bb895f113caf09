# mypy: disable-error-code=override
# moto types its answers as its own classes, or as text; these are the extended ones, or objects.
# ruff: noqa: ANN401 -- overriding methods hand through whatever moto's take
"""Transit gateways across accounts.

An attachment is one object in two backends, the VPC owner's and the gateway owner's. Each account that describes it
gets its own view, because AWS keeps tags per account ("Tags … are not shared", AWS transit gateway guide, "Transit
gateway attachments").
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network
from typing import Any, NoReturn

from moto.core.responses import ActionResult
from moto.ec2.exceptions import DuplicateTransitGatewayAttachmentError, EC2ClientError, InvalidTransitGatewayID
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.route_tables import Route
from moto.ec2.models.transit_gateway import TransitGateway
from moto.ec2.models.transit_gateway_attachments import TransitGatewayVpcAttachment
from moto.ec2.models.transit_gateway_route_tables import (
    RouteTableAssociation,
    RouteTablePropagation,
    TransitGatewayRelations,
    TransitGatewayRouteTable,
)
from moto.ec2.responses import EC2Response

from emulator import ram
from emulator.backends import in_region


class Gateway(TransitGateway):
    """A transit gateway that has no default route table if both defaults are disabled; moto always creates one.

    Nor may the options contain its id then (AWS transit gateway guide, "How transit gateways work").
    """

    def __init__(self, backend: Any, description: str | None, options: dict[str, str] | None = None) -> None:
        self.home: Backend = backend
        super().__init__(backend, description, options)
        table = self.default_route_table
        table.default_association_route_table = self.associates_by_default
        table.default_propagation_route_table = self.propagates_by_default
        if not self.associates_by_default:
            self.options.pop("AssociationDefaultRouteTableId")
        if not self.propagates_by_default:
            self.options.pop("PropagationDefaultRouteTableId")
        if not (self.associates_by_default or self.propagates_by_default):
            del backend.transit_gateways_route_tables[table.id]
            self.default_route_table = None

    @property
    def associates_by_default(self) -> bool:
        """Whether an attachment is associated with the default table as soon as it is available."""
        return bool(self.options["DefaultRouteTableAssociation"] == "enable")

    @property
    def propagates_by_default(self) -> bool:
        """Whether an attachment propagates to the default table as soon as it is available."""
        return bool(self.options["DefaultRouteTablePropagation"] == "enable")

    @property
    def accepts_by_default(self) -> bool:
        """Whether an attachment from another account needs no acceptance."""
        return bool(self.options["AutoAcceptSharedAttachments"] == "enable")

    @property
    def owner_id(self) -> str:
        """The account that owns the gateway, also in another account's view."""
        return self.home.account_id

    @property
    def arn(self) -> str:
        """The ARN, also in another account's view."""
        return f"arn:aws:ec2:{self.home.region_name}:{self.owner_id}:transit-gateway/{self.id}"

    def view(self, backend: "Backend") -> "Gateway":
        """The gateway as the backend's account sees it, with that account's tags."""
        seen = copy.copy(self)
        seen.ec2_backend = backend
        return seen


class Attachment(TransitGatewayVpcAttachment):
    """A VPC attachment, possibly to the gateway of another account.

    moto has no attachments across accounts, drops the tags, reports every attachment as associated with the default
    table, and forgets deleted attachments, which AWS keeps describing as ``deleted``: the provider waits for that
    state.
    """

    def __init__(self, backend: "Backend", gateway: Gateway, **kwargs: Any) -> None:
        super().__init__(backend=backend, transit_gateway=gateway, **kwargs)
        self.home = backend
        self.gateway = gateway
        self.hub = gateway.home
        if self.hub is not backend and not gateway.accepts_by_default:
            self.state = "pendingAcceptance"

    @property
    def transit_gateway_owner_id(self) -> str:
        """The gateway's owner; moto returns the VPC's."""
        return self.gateway.owner_id

    @property
    def association(self) -> dict[str, str] | None:
        """The table that the attachment is associated with, or None."""
        if not self._association_data:
            return None
        table = self._association_data["transitGatewayRouteTableId"]
        return {"State": "associated", "TransitGatewayRouteTableId": table}

    def view(self, backend: "Backend") -> "Attachment":
        """The attachment as the backend's account sees it, with that account's tags."""
        seen = copy.copy(self)
        seen.ec2_backend = backend
        return seen


class NotFoundError(EC2ClientError):
    """A resource does not exist, or belongs to another account."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(code, f"{what} was deleted or does not exist.")


class Backend(EC2Backend):
    """The gateways, attachments and gateway route tables of one account in one region."""

    transit_gateways: dict[str, Gateway]  # type: ignore[assignment]  # the classes above stand in for moto's
    transit_gateway_attachments: dict[str, Attachment]  # type: ignore[assignment]  # likewise

    def __init__(self, region_name: str, account_id: str) -> None:
        self.deleted_attachments: dict[str, Attachment] = {}
        self.prefix_list_references: dict[str, dict[str, dict[str, Any]]] = {}
        super().__init__(region_name, account_id)

    # Gateways

    def describe_transit_gateways(self, filters: Any, transit_gateway_ids: list[str] | None) -> list[TransitGateway]:
        """DescribeTransitGateways: own gateways, and those shared with the account."""
        for gateway_id in transit_gateway_ids or ():
            self._gateway(gateway_id)
        own = self.transit_gateways
        self.transit_gateways = {gateway.id: gateway.view(self) for gateway in self._visible_gateways()}
        try:
            return super().describe_transit_gateways(filters, transit_gateway_ids)
        finally:
            self.transit_gateways = own

    def delete_transit_gateway(self, transit_gateway_id: str) -> TransitGateway:
        """DeleteTransitGateway, refused while attachments remain; its default table goes with it.

        (AWS transit gateway guide, "Delete a transit gateway"; the message follows gruntwork-io/cloud-nuke#744.)
        """
        gateway = self._own_gateway(transit_gateway_id)
        left = [a.id for a in self.transit_gateway_attachments.values() if a.transit_gateway_id == gateway.id]
        if left:
            _refuse("IncorrectState", f"{gateway.id} has non-deleted VPC Attachments: {', '.join(left)}.")
        gateway.state = "deleted"
        if gateway.default_route_table is not None:
            del self.transit_gateways_route_tables[gateway.default_route_table.id]
        return super().delete_transit_gateway(gateway.id)

    def modify_transit_gateway(self, transit_gateway_id: str, *args: Any, **kwargs: Any) -> TransitGateway:
        """ModifyTransitGateway, for the owner."""
        return super().modify_transit_gateway(self._own_gateway(transit_gateway_id).id, *args, **kwargs)

    def _visible_gateways(self) -> Iterator[Gateway]:
        for backend in in_region(ec2_backends, self.region_name):
            gateways: dict[str, Gateway] = backend.transit_gateways  # type: ignore[assignment]  # mounted class
            yield from (gateway for gateway in gateways.values() if ram.is_visible_to(self.account_id, gateway.arn))

    def _gateway(self, gateway_id: str) -> Gateway:
        """A gateway that is visible to the account, else the error that a spoke gets before a share takes effect.

        (terraform-provider-aws#10025, terraform-aws-modules/terraform-aws-transit-gateway#89.)
        """
        for gateway in self._visible_gateways():
            if gateway.id == gateway_id:
                return gateway
        raise InvalidTransitGatewayID(gateway_id, f"Transit Gateway {gateway_id} was deleted or does not exist.")

    def _own_gateway(self, gateway_id: str) -> Gateway:
        """A gateway of this account. An account that it is shared with may only attach to it."""
        gateway = self._gateway(gateway_id)
        if gateway.home is not self:
            _unauthorized()
        return gateway

    # Attachments

    def create_transit_gateway_vpc_attachment(
        self,
        transit_gateway_id: str,
        vpc_id: str,
        subnet_ids: list[str],
        tags: dict[str, str] | None = None,
        options: dict[str, str] | None = None,
    ) -> Attachment:
        """CreateTransitGatewayVpcAttachment, to a gateway that is visible to the account.

        AWS allows one subnet per zone, all in one VPC, and one attachment per VPC and gateway (AWS transit gateway
        guide, "VPC attachments"). An attachment from another account waits for the gateway's owner to accept it, unless
        the gateway accepts by default.
        """
        gateway = self._gateway(transit_gateway_id)
        self._check_subnets(vpc_id, subnet_ids)
        if any(a.gateway is gateway and a.vpc_id == vpc_id for a in self.transit_gateway_attachments.values()):
            raise DuplicateTransitGatewayAttachmentError(transit_gateway_id)
        attachment = Attachment(self, gateway, vpc_id=vpc_id, subnet_ids=subnet_ids, tags=tags, options=options)
        for backend in (attachment.home, attachment.hub):
            backend.transit_gateway_attachments[attachment.id] = attachment
        if attachment.state == "available":
            self._became_available(attachment)
        return attachment.view(self)

    def accept_transit_gateway_vpc_attachment(self, attachment_id: str) -> Attachment:
        """AcceptTransitGatewayVpcAttachment, for the gateway's owner; moto lacks it."""
        attachment = self._pending(attachment_id)
        attachment.state = "available"
        self._became_available(attachment)
        return attachment.view(self)

    def reject_transit_gateway_vpc_attachment(self, attachment_id: str) -> Attachment:
        """RejectTransitGatewayVpcAttachment, for the gateway's owner; moto lacks it. It works like a deletion."""
        attachment = self._pending(attachment_id)
        _retire(attachment, "rejected")
        return attachment.view(self)

    def modify_transit_gateway_vpc_attachment(self, transit_gateway_attachment_id: str, **kwargs: Any) -> Attachment:
        """ModifyTransitGatewayVpcAttachment, for the VPC's owner."""
        attachment = self._attachment(transit_gateway_attachment_id)
        if attachment.home is not self:
            _unauthorized()
        added, removed = kwargs.get("add_subnet_ids") or [], kwargs.get("remove_subnet_ids") or []
        self._check_subnets(attachment.vpc_id, [s for s in attachment.subnet_ids if s not in removed] + added)
        super().modify_transit_gateway_vpc_attachment(transit_gateway_attachment_id, **kwargs)
        return attachment.view(self)

    def delete_transit_gateway_vpc_attachment(self, transit_gateway_attachment_id: str) -> Attachment:
        """DeleteTransitGatewayVpcAttachment, for either side.

        Its associations and propagations end; static routes through it stay as blackholes (AWS transit gateway guide,
        "Transit gateway route tables").
        """
        attachment = self._attachment(transit_gateway_attachment_id)
        for table in attachment.hub.transit_gateways_route_tables.values():
            table.route_table_associations.pop(attachment.id, None)
            _stop_propagation(table, attachment)
            for route in table.routes.values():
                if any(part["transitGatewayAttachmentId"] == attachment.id for part in _attachments_of(route)):
                    route["state"] = "blackhole"
                    del route["transitGatewayAttachments"]
        attachment._association_data = {}  # noqa: SLF001 # moto's way to hold it
        _retire(attachment, "deleted")
        return attachment.view(self)

    def describe_transit_gateway_vpc_attachments(
        self,
        transit_gateways_attachment_ids: list[str] | None = None,
        filters: Any = None,
    ) -> list[Attachment]:
        """DescribeTransitGatewayVpcAttachments, deleted ones included (AWS shows them for two hours)."""
        with self._deleted_attachments_too():
            for attachment_id in transit_gateways_attachment_ids or ():
                self._attachment(attachment_id)
            found = super().describe_transit_gateway_vpc_attachments(transit_gateways_attachment_ids, filters)
        return [attachment.view(self) for attachment in found]  # type: ignore[attr-defined]  # the mounted class

    def describe_transit_gateway_attachments(
        self,
        transit_gateways_attachment_ids: list[str] | None = None,
        filters: Any = None,
    ) -> list[Attachment]:
        """DescribeTransitGatewayAttachments, deleted ones included."""
        with self._deleted_attachments_too():
            found = super().describe_transit_gateway_attachments(transit_gateways_attachment_ids, filters)
        return [attachment.view(self) for attachment in found]  # type: ignore[attr-defined]  # the mounted class

    @contextmanager
    def _deleted_attachments_too(self) -> Iterator[None]:
        live = self.transit_gateway_attachments
        self.transit_gateway_attachments = live | self.deleted_attachments
        try:
            yield
        finally:
            self.transit_gateway_attachments = live

    def _attachment(self, attachment_id: str | None) -> Attachment:
        attachment = self.transit_gateway_attachments.get(attachment_id or "")
        if attachment is None:
            raise NotFoundError(
                "InvalidTransitGatewayAttachmentID.NotFound", f"Transit Gateway Attachment {attachment_id}"
            )
        return attachment

    def _pending(self, attachment_id: str) -> Attachment:
        attachment = self._attachment(attachment_id)
        if attachment.hub is not self:
            _unauthorized()
        if attachment.state != "pendingAcceptance":
            _refuse("IncorrectState", f"{attachment.id} is in invalid state")
        return attachment

    def _became_available(self, attachment: Attachment) -> None:
        gateway, hub = attachment.gateway, attachment.hub
        if gateway.associates_by_default:
            hub.associate_transit_gateway_route_table(attachment.id, gateway.options["AssociationDefaultRouteTableId"])
        if gateway.propagates_by_default:
            table = gateway.options["PropagationDefaultRouteTableId"]
            hub.enable_transit_gateway_route_table_propagation(attachment.id, table)

    def _check_subnets(self, vpc_id: str, subnet_ids: list[str]) -> None:
        self.get_vpc(vpc_id)
        zones = [self.get_subnet(subnet_id).availability_zone for subnet_id in subnet_ids]
        if any(self.get_subnet(subnet_id).vpc_id != vpc_id for subnet_id in subnet_ids):
            _refuse("InvalidParameterValue", f"The subnets {', '.join(subnet_ids)} are not all in {vpc_id}.")
        if twice := {zone for zone in zones if zones.count(zone) > 1}:
            _refuse("DuplicateSubnetsInSameZone", f"Duplicate Subnets for same AZ: {', '.join(sorted(twice))}")

    # Route tables of a gateway, for its owner only

    def create_transit_gateway_route_table(
        self,
        transit_gateway_id: str,
        *args: Any,
        **kwargs: Any,
    ) -> TransitGatewayRouteTable:
        """CreateTransitGatewayRouteTable, for the owner. A new gateway also creates its default table this way."""
        if "default_association_route_table" not in kwargs:
            self._own_gateway(transit_gateway_id)
        return super().create_transit_gateway_route_table(transit_gateway_id, *args, **kwargs)

    def delete_transit_gateway_route_table(self, transit_gateway_route_table_id: str) -> TransitGatewayRouteTable:
        """DeleteTransitGatewayRouteTable, refused while attachments are associated.

        (AWS transit gateway guide, "Delete a transit gateway route table". The code is not confirmed against AWS.)
        """
        table = self._table(transit_gateway_route_table_id)
        if table.route_table_associations:
            _refuse("IncorrectState", f"{table.id} has associations: {', '.join(table.route_table_associations)}.")
        super().delete_transit_gateway_route_table(table.id)
        return self.transit_gateways_route_tables.pop(table.id)

    def associate_transit_gateway_route_table(
        self, transit_gateway_attachment_id: str, transit_gateway_route_table_id: str
    ) -> TransitGatewayRelations:
        """AssociateTransitGatewayRouteTable, once per attachment (terraform-provider-aws#16452)."""
        attachment, table = self._available(transit_gateway_attachment_id), self._table(transit_gateway_route_table_id)
        if attachment.association:
            _refuse(
                "Resource.AlreadyAssociated",
                f"Transit Gateway Attachment {attachment.id} is already associated to a route table.",
            )
        return super().associate_transit_gateway_route_table(attachment.id, table.id)

    def disassociate_transit_gateway_route_table(self, tgw_attach_id: str, tgw_rt_id: str) -> TransitGatewayRelations:
        """DisassociateTransitGatewayRouteTable; moto raises a KeyError for a default association that never existed."""
        attachment, table = self._attachment(tgw_attach_id), self._table(tgw_rt_id)
        if attachment.id not in table.route_table_associations:
            raise NotFoundError("InvalidAssociation.NotFound", f"The association of {attachment.id} with {table.id}")
        return super().disassociate_transit_gateway_route_table(attachment.id, table.id)

    def enable_transit_gateway_route_table_propagation(
        self, transit_gateway_attachment_id: str, transit_gateway_route_table_id: str
    ) -> TransitGatewayRelations:
        """EnableTransitGatewayRouteTablePropagation, to any number of tables; moto keeps one per attachment."""
        attachment, table = self._available(transit_gateway_attachment_id), self._table(transit_gateway_route_table_id)
        if _propagates(table, attachment):
            _refuse(
                "TransitGatewayRouteTablePropagation.Duplicate",
                f"Propagation {attachment.id} already exists in Transit Gateway Route Table {table.id}.",
            )
        propagation = RouteTablePropagation(attachment.resource_id, "vpc", "enabled", attachment.id)
        table.route_table_propagation.append(propagation)
        return TransitGatewayRelations(self, attachment.id, table.id, state="enabled")

    def disable_transit_gateway_route_table_propagation(
        self, transit_gateway_attachment_id: str, transit_gateway_route_table_id: str
    ) -> TransitGatewayRelations:
        """DisableTransitGatewayRouteTablePropagation, of one table."""
        attachment, table = self._attachment(transit_gateway_attachment_id), self._table(transit_gateway_route_table_id)
        if not _propagates(table, attachment):
            code = "TransitGatewayRouteTablePropagation.NotFound"
            raise NotFoundError(code, f"The propagation of {attachment.id} to {table.id}")
        _stop_propagation(table, attachment)
        return TransitGatewayRelations(self, attachment.id, table.id, state="disabled")

    def get_transit_gateway_route_table_associations(
        self,
        transit_gateway_route_table_id: list[str],
        filters: Any = None,
    ) -> list[RouteTableAssociation]:
        """GetTransitGatewayRouteTableAssociations; moto accepts any substring of a table's id."""
        self._table(transit_gateway_route_table_id)  # type: ignore[arg-type]  # a str in truth
        return super().get_transit_gateway_route_table_associations(transit_gateway_route_table_id, filters)

    def get_transit_gateway_route_table_propagations(
        self,
        transit_gateway_route_table_id: str,
        filters: Any = None,
    ) -> list[RouteTablePropagation]:
        """GetTransitGatewayRouteTablePropagations; moto returns a result even for a table that does not exist."""
        self._table(transit_gateway_route_table_id)
        return super().get_transit_gateway_route_table_propagations(transit_gateway_route_table_id, filters)

    def create_transit_gateway_route(
        self,
        transit_gateway_route_table_id: str,
        destination_cidr_block: str,
        transit_gateway_attachment_id: str | None = None,
        blackhole: bool = False,  # noqa: FBT001, FBT002 # moto's signature
    ) -> dict[str, Any]:
        """CreateTransitGatewayRoute, once per destination (RouteAlreadyExists: modernisation-platform#4810)."""
        table = self._table(transit_gateway_route_table_id)
        if not blackhole:
            self._available(transit_gateway_attachment_id)
        if destination_cidr_block in table.routes:
            _refuse(
                "RouteAlreadyExists",
                f"Route {destination_cidr_block} already exists in Transit Gateway Route Table {table.id}.",
            )
        route: dict[str, Any] = super().create_transit_gateway_route(
            table.id, destination_cidr_block, transit_gateway_attachment_id, blackhole
        )
        # moto stores one attachment where the API has a list, which is then serialised as an empty list: the provider
        # reads the route back as a blackhole and replaces it at every plan.
        if "transitGatewayAttachments" in route:
            route["transitGatewayAttachments"] = [route["transitGatewayAttachments"]]
        return route

    def delete_transit_gateway_route(
        self, transit_gateway_route_table_id: str, destination_cidr_block: str
    ) -> dict[str, Any]:
        """DeleteTransitGatewayRoute."""
        table = self._table(transit_gateway_route_table_id)
        if destination_cidr_block not in table.routes:
            raise NotFoundError("InvalidRoute.NotFound", f"Route {destination_cidr_block} in {table.id}")
        return super().delete_transit_gateway_route(table.id, destination_cidr_block)

    def search_transit_gateway_routes(
        self,
        transit_gateway_route_table_id: str,
        filters: Any,
        max_results: int | None = None,
    ) -> list[dict[str, Any]]:
        """SearchTransitGatewayRoutes, including propagated routes; moto returns static ones only.

        A static route takes precedence over a prefix list's to the same destination, and both over a propagated one
        (AWS transit gateway guide, "Route evaluation order"). moto has the filter `exact-match`; `subnet-of-match` is
        added.
        """
        table = self._table(transit_gateway_route_table_id)
        static = table.routes
        table.routes = self._propagated_routes(table) | self._referenced_routes(table) | static
        within = [IPv4Network(cidr) for cidr in (filters or {}).get("route-search.subnet-of-match", [])]
        if within:
            inside = [cidr for cidr in table.routes if any(IPv4Network(cidr).subnet_of(range_) for range_ in within)]
            table.routes = {cidr: table.routes[cidr] for cidr in inside}
        try:
            return super().search_transit_gateway_routes(table.id, filters, max_results)
        finally:
            table.routes = static

    # References to prefix lists, which moto lacks

    def get_transit_gateway_prefix_list_references(self, table_id: str) -> list[dict[str, Any]]:
        """GetTransitGatewayPrefixListReferences."""
        return list(self.prefix_list_references.get(self._table(table_id).id, {}).values())

    def create_transit_gateway_prefix_list_reference(
        self, table_id: str, prefix_list_id: str, attachment_id: str | None
    ) -> dict[str, Any]:
        """CreateTransitGatewayPrefixListReference; without an attachment it is a blackhole.

        The error code for a second reference to the same list is not confirmed against AWS.
        """
        references = self.prefix_list_references.setdefault(self._table(table_id).id, {})
        prefix_list = self.managed_prefix_lists.get(prefix_list_id)
        if prefix_list is None:
            raise NotFoundError("InvalidPrefixListID.NotFound", f"The prefix list {prefix_list_id}")
        if prefix_list_id in references:
            _refuse("PrefixListReferenceAlreadyExists", f"{table_id} has a reference to {prefix_list_id} already.")
        reference: dict[str, Any] = {
            "TransitGatewayRouteTableId": table_id,
            "PrefixListId": prefix_list_id,
            "PrefixListOwnerId": prefix_list.owner_id,
            "State": "available",
            "Blackhole": attachment_id is None,
        }
        if attachment_id is not None:
            attachment = self._available(attachment_id)
            reference["TransitGatewayAttachment"] = {
                "TransitGatewayAttachmentId": attachment.id,
                "ResourceType": "vpc",
                "ResourceId": attachment.resource_id,
            }
        references[prefix_list_id] = reference
        return reference

    def delete_transit_gateway_prefix_list_reference(self, table_id: str, prefix_list_id: str) -> dict[str, Any]:
        """DeleteTransitGatewayPrefixListReference. The code is not confirmed against AWS."""
        references = self.prefix_list_references.get(self._table(table_id).id, {})
        if prefix_list_id not in references:
            code = "InvalidPrefixListReference.NotFound"
            raise NotFoundError(code, f"The reference of {table_id} to {prefix_list_id}")
        return references.pop(prefix_list_id) | {"State": "deleting"}

    def _referenced_routes(self, table: TransitGatewayRouteTable) -> dict[str, dict[str, Any]]:
        """A static route to each entry of every prefix list that the table refers to."""
        routes = {}
        for list_id, reference in self.prefix_list_references.get(table.id, {}).items():
            prefix_list = self.managed_prefix_lists[list_id]
            for entry in prefix_list.entries.get(prefix_list.version or 0, []):
                through = reference.get("TransitGatewayAttachment")
                routes[entry["Cidr"]] = {
                    "destinationCidrBlock": entry["Cidr"],
                    "prefixListId": list_id,
                    "state": "active" if through else "blackhole",
                    "type": "static",
                    "transitGatewayAttachments": [{key[0].lower() + key[1:]: through[key] for key in through}]
                    if through
                    else [],
                }
        return routes

    def _table(self, table_id: str) -> TransitGatewayRouteTable:
        """A table of this account, else the error that a member account gets (terraform-provider-aws#11029, #13512)."""
        if not table_id:
            _refuse("MissingParameter", "Missing required parameter in request: TransitGatewayRouteTableId.")
        table = self.transit_gateways_route_tables.get(table_id)
        if table is None:
            raise NotFoundError("InvalidRouteTableID.NotFound", f"Transit Gateway Route Table {table_id}")
        return table

    def _available(self, attachment_id: str | None) -> Attachment:
        attachment = self._attachment(attachment_id)
        if attachment.state != "available":
            _refuse("IncorrectState", f"{attachment.id} is in invalid state")
        return attachment

    def _propagated_routes(self, table: TransitGatewayRouteTable) -> dict[str, dict[str, Any]]:
        routes = {}
        for propagation in table.route_table_propagation:
            attachment = self._attachment(propagation.transitGatewayAttachmentId)
            for block in attachment.home.get_vpc(attachment.vpc_id).cidr_block_association_set:
                routes[block["cidr_block"]] = {
                    "destinationCidrBlock": block["cidr_block"],
                    "prefixListId": None,
                    "state": "active",
                    "type": "propagated",
                    "transitGatewayAttachments": [
                        {
                            "resourceId": attachment.resource_id,
                            "resourceType": "vpc",
                            "transitGatewayAttachmentId": attachment.id,
                        }
                    ],
                }
        return routes

    # Routes of a VPC to a gateway

    def create_route(
        self,
        route_table_id: str,
        *args: Any,
        transit_gateway_id: str | None = None,
        **kwargs: Any,
    ) -> Route:
        """CreateRoute: to a gateway only if the VPC has an available attachment (terraform-provider-aws#10025)."""
        if transit_gateway_id is None:
            return super().create_route(route_table_id, *args, **kwargs)
        gateway = self._attached_gateway(route_table_id, transit_gateway_id)
        route = super().create_route(route_table_id, *args, **kwargs)
        route.transit_gateway = gateway
        return route

    def replace_route(
        self,
        route_table_id: str,
        *args: Any,
        transit_gateway_id: str | None = None,
        **kwargs: Any,
    ) -> Route:
        """ReplaceRoute: like CreateRoute."""
        if transit_gateway_id is None:
            return super().replace_route(route_table_id, *args, **kwargs)
        gateway = self._attached_gateway(route_table_id, transit_gateway_id)
        route = super().replace_route(route_table_id, *args, **kwargs)
        route.transit_gateway = gateway
        return route

    def _attached_gateway(self, route_table_id: str, gateway_id: str) -> Gateway:
        vpc_id = self.get_route_table(route_table_id).vpc_id
        for attachment in self.transit_gateway_attachments.values():
            if (attachment.transit_gateway_id, attachment.vpc_id) == (gateway_id, vpc_id):
                if attachment.state == "available":
                    return attachment.gateway
                break
        raise InvalidTransitGatewayID(gateway_id)


class Response(EC2Response):
    """Operations that moto gets wrong, and those that it lacks."""

    ec2_backend: Backend

    def create_transit_gateway_vpc_attachment(self) -> ActionResult:
        """CreateTransitGatewayVpcAttachment; moto reads the tags of another resource type, so the tags are lost."""
        attachment = self.ec2_backend.create_transit_gateway_vpc_attachment(
            transit_gateway_id=self._get_param("TransitGatewayId"),
            vpc_id=self._get_param("VpcId"),
            subnet_ids=list(self._get_param("SubnetIds", [])),
            options=self._get_param("Options", {}),
            tags=self._parse_tag_specification().get("transit-gateway-attachment", {}),
        )
        return ActionResult({"TransitGatewayVpcAttachment": attachment})

    def accept_transit_gateway_vpc_attachment(self) -> ActionResult:
        """AcceptTransitGatewayVpcAttachment."""
        attachment_id = self._get_param("TransitGatewayAttachmentId")
        attachment = self.ec2_backend.accept_transit_gateway_vpc_attachment(attachment_id)
        return ActionResult({"TransitGatewayVpcAttachment": attachment})

    def reject_transit_gateway_vpc_attachment(self) -> ActionResult:
        """RejectTransitGatewayVpcAttachment."""
        attachment_id = self._get_param("TransitGatewayAttachmentId")
        attachment = self.ec2_backend.reject_transit_gateway_vpc_attachment(attachment_id)
        return ActionResult({"TransitGatewayVpcAttachment": attachment})

    def get_transit_gateway_prefix_list_references(self) -> ActionResult:
        """GetTransitGatewayPrefixListReferences, which moto lacks."""
        found = self.ec2_backend.get_transit_gateway_prefix_list_references(
            self._get_param("TransitGatewayRouteTableId")
        )
        return ActionResult({"TransitGatewayPrefixListReferences": found})

    def create_transit_gateway_prefix_list_reference(self) -> ActionResult:
        """CreateTransitGatewayPrefixListReference, which moto lacks."""
        made = self.ec2_backend.create_transit_gateway_prefix_list_reference(
            self._get_param("TransitGatewayRouteTableId"),
            self._get_param("PrefixListId"),
            None if self._get_bool_param("Blackhole") else self._get_param("TransitGatewayAttachmentId"),
        )
        return ActionResult({"TransitGatewayPrefixListReference": made})

    def delete_transit_gateway_prefix_list_reference(self) -> ActionResult:
        """DeleteTransitGatewayPrefixListReference, which moto lacks."""
        gone = self.ec2_backend.delete_transit_gateway_prefix_list_reference(
            self._get_param("TransitGatewayRouteTableId"), self._get_param("PrefixListId")
        )
        return ActionResult({"TransitGatewayPrefixListReference": gone})


def _retire(attachment: Attachment, state: str) -> None:
    """Remove an attachment on both sides, but keep it describable in its final state."""
    attachment.state = state
    for backend in (attachment.home, attachment.hub):
        backend.transit_gateway_attachments.pop(attachment.id, None)
        backend.tags.pop(attachment.id, None)
        backend.deleted_attachments[attachment.id] = attachment


def _attachments_of(route: dict[str, Any]) -> list[dict[str, str]]:
    return route.get("transitGatewayAttachments") or []


def _propagates(table: TransitGatewayRouteTable, attachment: Attachment) -> bool:
    return any(p.transitGatewayAttachmentId == attachment.id for p in table.route_table_propagation)


def _stop_propagation(table: TransitGatewayRouteTable, attachment: Attachment) -> None:
    table.route_table_propagation = [
        p for p in table.route_table_propagation if p.transitGatewayAttachmentId != attachment.id
    ]


def _refuse(code: str, message: str) -> NoReturn:
    raise EC2ClientError(code, message)


def _unauthorized() -> NoReturn:
    """Refuse an operation that only the owner may do. The error code is not confirmed against AWS."""
    _refuse("UnauthorizedOperation", "You are not authorized to perform this operation.")
