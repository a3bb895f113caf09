"""Fields of VPCs, subnets, route tables, filters and prefix lists: answers of EC2."""

from __future__ import annotations

from collections.abc import Mapping

from network.aws.coverage.fields import OFF, Field, irrelevant, not_modelled, read

__all__ = ["FILES"]

IPV6 = "names and packets are traced over IPv4 alone; a VPC or subnet with an IPv6 range is a doubt of its own"
IPV6_RANGE = "what is reachable over IPv6 is not traced"
PEER_TEXT = "the group's id and VPC say which group it is"
INTERNET_BLOCK = "can only block internet gateways: no private path uses one, and a route to one is reported anyway"
OUTPOST = "packets in an Outpost take other paths"
IN_OUTPOSTS = "for subnets in an Outpost alone, which are a doubt of their own"
ICMP = "TCP and UDP alone are traced"


def _permissions(side: str) -> tuple[Field, ...]:
    pair = f"{side}.UserIdGroupPairs"
    return (
        *read(f"{side}.IpProtocol {side}.FromPort {side}.ToPort {side}.IpRanges.CidrIp"),
        *read(f"{side}.PrefixListIds.PrefixListId {pair}.GroupId {pair}.VpcId"),
        *irrelevant(IPV6, f"{side}.Ipv6Ranges"),
        *irrelevant(PEER_TEXT, f"{pair}.UserId {pair}.GroupName"),
        *irrelevant(
            "a group of another VPC is an unknown peer, whatever the peering's state",
            f"{pair}.VpcPeeringConnectionId {pair}.PeeringStatus",
        ),
    )


FILES: Mapping[str, tuple[Field, ...]] = {
    "Vpcs": (
        *read("VpcId OwnerId CidrBlock DhcpOptionsId"),
        *read("CidrBlockAssociationSet.CidrBlock CidrBlockAssociationSet.CidrBlockState.State"),
        *irrelevant("the range says which it is", "CidrBlockAssociationSet.AssociationId"),
        *irrelevant("a default VPC is one like any other", "IsDefault"),
        *irrelevant("on whose hardware instances run", "InstanceTenancy"),
        *not_modelled("both", "the VPC may not be in use yet", "State", "available"),
        *not_modelled("packets", IPV6_RANGE, "Ipv6CidrBlockAssociationSet"),
        *irrelevant(INTERNET_BLOCK, "BlockPublicAccessStates.InternetGatewayBlockMode"),
        *not_modelled("packets", "packets that are not encrypted are dropped", "EncryptionControl.Mode", "monitor"),
        *irrelevant(
            "only the mode decides, and enforcing is a doubt with every exclusion",
            "EncryptionControl.VpcId EncryptionControl.VpcEncryptionControlId EncryptionControl.State"
            " EncryptionControl.ResourceExclusions",
        ),
    ),
    "VpcAttributes": (
        *read("VpcId EnableDnsSupport.Value EnableDnsHostnames.Value"),
        *irrelevant("metrics", "EnableNetworkAddressUsageMetrics"),
    ),
    "Subnets": (
        *read("SubnetId VpcId OwnerId CidrBlock AvailabilityZone AvailabilityZoneId SubnetArn Ipv6Native"),
        *irrelevant("how many addresses are free", "AvailableIpAddressCount"),
        *irrelevant("a default subnet is one like any other", "DefaultForAz"),
        *irrelevant(
            "an instance is assumed to have a public address wherever a route leads to the internet",
            "MapPublicIpOnLaunch",
        ),
        *irrelevant("names of instances, which are none of a service's", "PrivateDnsNameOptionsOnLaunch"),
        *irrelevant(IN_OUTPOSTS, "EnableLniAtDeviceIndex MapCustomerOwnedIpOnLaunch CustomerOwnedIpv4Pool"),
        *not_modelled("packets", OUTPOST, "OutpostArn"),
        *not_modelled("packets", "the subnet may not be in use", "State", "available"),
        *not_modelled("packets", "the subnet is VMware's, with routers of its own", "Type"),
        *not_modelled("packets", IPV6_RANGE, "AssignIpv6AddressOnCreation", OFF),
        *not_modelled("packets", IPV6_RANGE, "Ipv6CidrBlockAssociationSet"),
        *not_modelled("both", "names are answered with synthesised IPv6 addresses, for NAT64", "EnableDns64", OFF),
        *irrelevant(INTERNET_BLOCK, "BlockPublicAccessStates.InternetGatewayBlockMode"),
    ),
    "RouteTables": (
        *read("RouteTableId VpcId OwnerId"),
        *read("Associations.Main Associations.SubnetId Associations.AssociationState.State"),
        *irrelevant("an id that nothing refers to", "Associations.RouteTableAssociationId"),
        *irrelevant("the table has it too", "Associations.RouteTableId"),
        *irrelevant(
            "the table of a VPC's gateway decides about what comes in from outside AWS, and no such packet is traced",
            "Associations.GatewayId Associations.PublicIpv4Pool",
        ),
        *irrelevant("a text for people", "Associations.AssociationState.StatusMessage"),
        *irrelevant("what a VPN gateway propagates is among the routes", "PropagatingVgws"),
        *read("Routes.DestinationCidrBlock Routes.DestinationIpv6CidrBlock Routes.DestinationPrefixListId"),
        *read("Routes.State Routes.Origin Routes.GatewayId Routes.NatGatewayId Routes.TransitGatewayId"),
        *read("Routes.VpcPeeringConnectionId Routes.NetworkInterfaceId Routes.InstanceId"),
        *read("Routes.EgressOnlyInternetGatewayId Routes.CarrierGatewayId Routes.LocalGatewayId"),
        *read("Routes.CoreNetworkArn Routes.OdbNetworkArn"),
        *irrelevant("the target says which instance it is", "Routes.InstanceOwnerId"),
        *irrelevant("a route without any other target has an unknown one", "Routes.IpAddress"),
    ),
    "NetworkAcls": (
        *read("NetworkAclId VpcId OwnerId Associations.SubnetId"),
        *read("Entries.CidrBlock Entries.Egress Entries.Protocol Entries.RuleAction Entries.RuleNumber"),
        *read("Entries.PortRange.From Entries.PortRange.To"),
        *irrelevant("the ACL has it too", "Associations.NetworkAclId"),
        *irrelevant("an id that nothing refers to", "Associations.NetworkAclAssociationId"),
        *irrelevant(ICMP, "Entries.IcmpTypeCode"),
        *irrelevant(IPV6, "Entries.Ipv6CidrBlock"),
        *irrelevant("each subnet's ACL is listed", "IsDefault"),
    ),
    "SecurityGroups": (
        *read("GroupId GroupName VpcId OwnerId SecurityGroupArn"),
        *_permissions("IpPermissions"),
        *_permissions("IpPermissionsEgress"),
    ),
    "DhcpOptions": (
        *read("DhcpOptionsId OwnerId DhcpConfigurations.Values.Value"),
        *not_modelled(
            "names",
            "what DHCP hands to a VPC may change how it resolves names",
            "DhcpConfigurations.Key",
            "domain-name-servers",
            "domain-name",
            "ntp-servers",
            "netbios-name-servers",
            "netbios-node-type",
            "ipv6-address-preferred-lease-time",
        ),
    ),
    "ManagedPrefixLists": (
        *read("PrefixListId OwnerId State"),
        *irrelevant("the entries say what is in it", "AddressFamily PrefixListArn PrefixListName MaxEntries Version"),
        *irrelevant(
            "who keeps the entries up to date", "IpamPrefixListResolverTargetId IpamPrefixListResolverSyncEnabled"
        ),
    ),
    "ManagedPrefixListEntries": read("PrefixListId Entries.Cidr"),
    "PrefixLists": irrelevant("AWS's own lists, which ManagedPrefixLists has too"),
    "InternetGateways": irrelevant("known by the routes that lead to it"),
    "EgressOnlyInternetGateways": irrelevant("known by the routes that lead to it; it carries IPv6 alone"),
    "NatGateways": irrelevant("known by the routes that lead to it"),
    "VpcPeeringConnections": irrelevant("known by the routes that lead to it; its DNS option is about instances"),
    "VpnGateways": irrelevant("known by the routes that lead to it; AWS lists propagated ones too"),
    "VpnConnections": irrelevant("known by the routes of its gateway's tables"),
    "CustomerGateways": irrelevant("the far end of a VPN connection"),
}
"""The fields of each file's items."""
