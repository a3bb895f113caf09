"""EC2: ranges, routes, associations and addresses that AWS refuses, and moto accepts."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from typing import NoReturn

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.subnets import Subnet

from emulator import transit_gateway

SHORTEST, LONGEST = 16, 28
RESERVED = 4
"""The first addresses of a subnet, which AWS keeps for itself as it does the last."""
ELSEWHERE = ("EgressOnlyInternetGatewayId", "GatewayId", "TransitGatewayId", "VpcPeeringConnectionId")
"""Targets that a route to a part of the VPC's own range cannot have."""


class Response(transit_gateway.Response):
    """Operations that moto does although AWS refuses them. Codes are AWS's unless said otherwise."""

    def create_subnet(self) -> ActionResult:
        """CreateSubnet: of a size that AWS has (VPC guide, "Subnet CIDR blocks")."""
        _check_size(self._get_param("CidrBlock"), "InvalidSubnet.Range")
        return super().create_subnet()

    def associate_vpc_cidr_block(self) -> ActionResult:
        """AssociateVpcCidrBlock: of a size that AWS has, and beside the VPC's other ranges.

        (VPC guide, "VPC CIDR blocks". The code for a conflict is not confirmed against AWS.)
        """
        cidr = self._get_param("CidrBlock")
        _check_size(cidr, "InvalidVpc.Range")
        for own in self._ranges(self._get_param("VpcId")) if cidr else ():
            if own.overlaps(IPv4Network(cidr, strict=False)):
                _refuse("CidrConflict", f"The CIDR '{cidr}' conflicts with another CIDR block of the VPC.")
        return super().associate_vpc_cidr_block()

    def create_route(self) -> ActionResult:
        """CreateRoute: not out of the VPC for a part of its own range, nor to another VPC's internet gateway.

        (VPC guide, "Route tables"; the messages are from terraform-aws-modules/terraform-aws-transit-gateway and from
        EC2's error codes, and are not confirmed against AWS.)
        """
        table = self.ec2_backend.get_route_table(self._get_param("RouteTableId"))
        cidr, target = self._get_param("DestinationCidrBlock"), self._get_param("GatewayId")
        out = any(self._get_param(name) not in {None, "local"} for name in ELSEWHERE)
        if cidr and out and any(_is_part(cidr, own) for own in self._ranges(table.vpc_id)):
            _refuse(
                "InvalidParameterValue",
                f"The destination CIDR block {cidr} is equal to or more specific than one of this VPC's CIDR blocks. "
                "This route can target only an interface or an instance.",
            )
        gateway = self.ec2_backend.internet_gateways.get(target or "")
        if gateway is not None and gateway.vpc is not None and gateway.vpc.id != table.vpc_id:
            _refuse(
                "InvalidParameterValue",
                f"route table {table.id} and network gateway {target} belong to different networks",
            )
        return super().create_route()

    def associate_route_table(self) -> ActionResult:
        """AssociateRouteTable: of a subnet of the table's VPC that is not associated (EC2's error codes)."""
        subnet, table = self._get_param("SubnetId"), self.ec2_backend.get_route_table(self._get_param("RouteTableId"))
        if subnet:
            if self.ec2_backend.get_subnet(subnet).vpc_id != table.vpc_id:
                _refuse(
                    "InvalidParameterValue", f"route table {table.id} and subnet {subnet} belong to different networks"
                )
            if self.ec2_backend.describe_route_tables(filters={"association.subnet-id": [subnet]}):
                _refuse(
                    "Resource.AlreadyAssociated",
                    f"the specified association for route table {table.id} conflicts with an existing association",
                )
        return super().associate_route_table()

    def create_network_interface(self) -> ActionResult:
        """CreateNetworkInterface: with free addresses of the subnet only (EC2's error codes)."""
        wanted = [self._get_param("PrivateIpAddress")]
        wanted += [each.get("PrivateIpAddress") for each in self._get_param("PrivateIpAddresses", [])]
        self._check_addresses(self._get_param("SubnetId"), wanted)
        return super().create_network_interface()

    def create_vpc_endpoint(self) -> ActionResult:
        """CreateVpcEndpoint: in the VPC's own subnets, groups and tables, each zone and each table once."""
        subnets = list(self._get_param("SubnetIds", []))
        for each in self._get_param("SubnetConfigurations", []):
            self._check_addresses(each["SubnetId"], [each.get("Ipv4")])
        self._check_endpoint(self._get_param("VpcId"), subnets, list(self._get_param("SecurityGroupIds", [])))
        self._check_tables(
            self._get_param("VpcId"), self._get_param("ServiceName"), list(self._get_param("RouteTableIds", []))
        )
        return super().create_vpc_endpoint()

    def modify_vpc_endpoint(self) -> ActionResult:
        """ModifyVpcEndpoint: the same."""
        endpoint = self.ec2_backend.get_vpc_end_point(self._get_param("VpcEndpointId"))
        left = set(endpoint.subnet_ids or ()) - set(self._get_param("RemoveSubnetIds", []))
        groups = list(self._get_param("AddSecurityGroupIds", []))
        self._check_endpoint(endpoint.vpc_id, sorted(left | set(self._get_param("AddSubnetIds", []))), groups)
        self._check_tables(endpoint.vpc_id, endpoint.service_name, list(self._get_param("AddRouteTableIds", [])))
        return super().modify_vpc_endpoint()

    def _check_endpoint(self, vpc_id: str, subnet_ids: Iterable[str], group_ids: Iterable[str]) -> None:
        """One subnet in each zone (terraform-aws-modules/terraform-aws-vpc#583); the other codes are not confirmed."""
        zones: set[str] = set()
        for subnet in map(self.ec2_backend.get_subnet, subnet_ids):
            if subnet.vpc_id != vpc_id:
                _refuse("InvalidParameter", f"The subnet {subnet.id} is not in the VPC {vpc_id}.")
            if subnet.availability_zone in zones:
                _refuse(
                    "DuplicateSubnetsInSameZone",
                    f"Found another VPC endpoint subnet in the availability zone of {subnet.id}. VPC endpoint subnets "
                    "should be in different availability zones supported by the VPC endpoint service.",
                )
            zones.add(subnet.availability_zone)
        for group_id in group_ids:
            group = self.ec2_backend.get_security_group_from_id(group_id)
            if group is not None and group.vpc_id != vpc_id:
                _refuse("InvalidParameter", f"The security group {group_id} is not in the VPC {vpc_id}.")

    def _check_tables(self, vpc_id: str, service: str, table_ids: Iterable[str]) -> None:
        """One route of a table to the prefix list of a service. The message is not confirmed against AWS."""
        for table_id in table_ids:
            if self.ec2_backend.get_route_table(table_id).vpc_id != vpc_id:
                _refuse("InvalidParameter", f"The route table {table_id} is not in the VPC {vpc_id}.")
            for endpoint in self.ec2_backend.vpc_end_points.values():
                standing = endpoint.state != "deleted" and endpoint.service_name == service
                if standing and table_id in (endpoint.route_table_ids or ()):
                    _refuse(
                        "RouteAlreadyExists",
                        f"route table {table_id} already has a route with destination-prefix-list-id of {service}",
                    )

    def _check_addresses(self, subnet_id: str, wanted: Iterable[str | None]) -> None:
        subnet = self.ec2_backend.get_subnet(subnet_id)
        held = {eni.private_ip_address for eni in self.ec2_backend.enis.values() if eni.subnet.id == subnet.id}
        for address in filter(None, wanted):
            if IPv4Address(address) not in IPv4Network(subnet.cidr_block):
                _refuse("InvalidParameterValue", "Address does not fall within the subnet's address range")
            if is_reserved(address, subnet):
                _refuse("InvalidParameterValue", "Address is in subnet's reserved address range")
            if address in held:
                _refuse("InvalidIPAddress.InUse", "The specified address is already in use.")

    def _ranges(self, vpc_id: str) -> list[IPv4Network]:
        blocks = self.ec2_backend.get_vpc(vpc_id).cidr_block_association_set
        return [IPv4Network(block["cidr_block"]) for block in blocks]


def is_reserved(address: str, subnet: Subnet) -> bool:
    """Whether AWS keeps an address of a subnet for itself (VPC guide, "Subnet CIDR blocks")."""
    cidr = IPv4Network(subnet.cidr_block)
    first = int(IPv4Address(address)) - int(cidr.network_address)
    return first < RESERVED or IPv4Address(address) == cidr.broadcast_address


def _is_part(cidr: str, whole: IPv4Network) -> bool:
    return IPv4Network(cidr, strict=False).subnet_of(whole)


def _check_size(cidr: str | None, code: str) -> None:
    if cidr and not SHORTEST <= IPv4Network(cidr, strict=False).prefixlen <= LONGEST:
        _refuse(code, f"The CIDR '{cidr}' is invalid.")


def _refuse(code: str, message: str) -> NoReturn:
    raise EC2ClientError(code, message)
