"""Fields of interface and gateway endpoints: answers of EC2."""

from __future__ import annotations

from collections.abc import Mapping

from network.aws.coverage.fields import FULL_ACCESS, Field, irrelevant, not_modelled, read

__all__ = ["FILES"]

FILES: Mapping[str, tuple[Field, ...]] = {
    "VpcEndpoints": (
        *read("VpcEndpointId VpcEndpointType VpcId OwnerId ServiceName State RouteTableIds SubnetIds Groups.GroupId"),
        *read("NetworkInterfaceIds PrivateDnsEnabled DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint"),
        *read("DnsEntries.DnsName DnsEntries.HostedZoneId"),
        *irrelevant("the id says which group it is", "Groups.GroupName"),
        *irrelevant("who made it, and who pays", "RequesterManaged PayerResponsibilities"),
        *irrelevant("the state says whether it works", "LastError FailureReason"),
        *not_modelled("packets", "its policy may deny requests", "PolicyDocument", FULL_ACCESS),
        *not_modelled("both", "it may have no IPv4 address", "IpAddressType", "ipv4"),
        *not_modelled(
            "names", "its names may have no IPv4 address", "DnsOptions.DnsRecordIpType", "ipv4", "service-defined"
        ),
        *not_modelled(
            "names",
            "it chooses the names of endpoints of VPC Lattice, which are not modelled",
            "DnsOptions.PrivateDnsPreference DnsOptions.PrivateDnsSpecifiedDomains",
        ),
        *irrelevant("the name of the service says it too", "ServiceRegion"),
        *not_modelled(
            "both",
            "endpoints of VPC Lattice are not modelled",
            "ServiceNetworkArn ResourceConfigurationArn Ipv4Prefixes Ipv6Prefixes",
        ),
    ),
}
"""The fields of each file's items."""
