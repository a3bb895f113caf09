"""Fields of resolver endpoints and rules, profiles, private zones and records: answers of VPC Resolver and Route 53."""

from __future__ import annotations

from collections.abc import Mapping

from network.aws.coverage.fields import OFF, Field, below, irrelevant, not_modelled, read

__all__ = ["FILES"]

TEXT = "a text for people"
ONCE = "by which AWS recognises a repeated request"
SHARED = "RAM's shares say who may use it"
CHOICE = "which of several records answers depends on who asks, or on a health check"
ALL_OF_PROFILE = "what a profile brings to a VPC is unknown, whatever it is"
TOLD_BY_ZONE = "HostedZones has it too"

FILES: Mapping[str, tuple[Field, ...]] = {
    "ResolverEndpoints": (
        *read("Id Arn Direction HostVPCId SecurityGroupIds Status Protocols"),
        *irrelevant(TEXT, "Name"),
        *irrelevant(ONCE, "CreatorRequestId"),
        *irrelevant("the addresses are listed", "IpAddressCount"),
        *irrelevant(
            "metrics, and the size of its instances",
            "RniEnhancedMetricsEnabled TargetNameServerMetricsEnabled PreferredInstanceType",
        ),
        *not_modelled("names", "it may have no IPv4 address", "ResolverEndpointType", "IPV4"),
        *not_modelled("both", "a resolver in an Outpost is not modelled", "OutpostArn"),
        *not_modelled("names", "names are answered with synthesised IPv6 addresses", "Dns64Enabled", OFF),
        *not_modelled("names", "queries may go to the internet over IPv6", "Ipv6InternetAccessEnabled", OFF),
    ),
    "ResolverEndpointIpAddresses": (
        *read("ResolverEndpointId IpAddresses.SubnetId IpAddresses.Ip IpAddresses.Status"),
        *irrelevant("an id that nothing refers to", "IpAddresses.IpId"),
        *not_modelled("names", "it may have no IPv4 address", "IpAddresses.Ipv6"),
    ),
    "ResolverRules": (
        *read("Id OwnerId DomainName RuleType Status ResolverEndpointId TargetIps.Ip TargetIps.Port"),
        *irrelevant(TEXT, "Name"),
        *irrelevant(ONCE, "CreatorRequestId Arn"),
        *irrelevant(SHARED, "ShareStatus"),
        *not_modelled("names", "its targets are not queried by plain DNS", "TargetIps.Protocol", "Do53"),
        *not_modelled("names", "its targets are not queried by plain DNS", "TargetIps.ServerNameIndication"),
        *not_modelled("names", "its targets are queried over IPv6", "TargetIps.Ipv6"),
        *not_modelled("names", "it delegates names", "DelegationRecord"),
    ),
    "ResolverRuleAssociations": (
        *read("Id ResolverRuleId VPCId Status"),
        *irrelevant(TEXT, "Name"),
    ),
    "Profiles": irrelevant("a profile changes a VPC's names by its association"),
    "ProfileAssociations": (
        *read("Id OwnerId ProfileId ResourceId Status"),
        *irrelevant(TEXT, "Name"),
        *irrelevant(ALL_OF_PROFILE, "Priority"),
    ),
    "ProfileResourceAssociations": (
        *read("ProfileId"),
        *irrelevant(ALL_OF_PROFILE, "ProfileResourceAssociations"),
    ),
    "HostedZones": (
        *read("Id Name Config.PrivateZone"),
        *irrelevant(TEXT, "Config.Comment"),
        *irrelevant(ONCE, "CallerReference"),
        *irrelevant("the records are listed", "ResourceRecordSetCount"),
        *irrelevant("who made it", "LinkedService"),
        *irrelevant("how soon Route 53 accepts changes after an outage", "Features"),
    ),
    "HostedZoneDetails": (
        *read("HostedZone.Id VPCs.VPCId"),
        *irrelevant("the id says which VPC it is", "VPCs.VPCRegion"),
        *irrelevant(
            TOLD_BY_ZONE,
            below(
                "HostedZone",
                "Name CallerReference Config ResourceRecordSetCount LinkedService Features",
            ),
        ),
        *irrelevant("name servers of public zones", "DelegationSet"),
    ),
    "HostedZonesByVpc": (
        *read("VpcId HostedZoneSummaries.HostedZoneId HostedZoneSummaries.Name"),
        *read("HostedZoneSummaries.Owner.OwningAccount HostedZoneSummaries.Owner.OwningService"),
    ),
    "ResourceRecordSets": (
        *read("HostedZoneId ResourceRecordSets.Name ResourceRecordSets.Type"),
        *read("ResourceRecordSets.ResourceRecords.Value ResourceRecordSets.AliasTarget.DNSName"),
        *irrelevant("how long an answer is cached", "ResourceRecordSets.TTL"),
        *irrelevant("the name says what it is an alias of", "ResourceRecordSets.AliasTarget.HostedZoneId"),
        *irrelevant(
            "the only record of a name is answered whether or not its target is healthy",
            "ResourceRecordSets.AliasTarget.EvaluateTargetHealth",
        ),
        *not_modelled(
            "names",
            CHOICE,
            below(
                "ResourceRecordSets",
                "SetIdentifier Weight Region GeoLocation Failover MultiValueAnswer HealthCheckId"
                " TrafficPolicyInstanceId CidrRoutingConfig GeoProximityLocation",
            ),
        ),
    ),
}
"""The fields of each file's items."""
