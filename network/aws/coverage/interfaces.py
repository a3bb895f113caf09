"""Fields of network interfaces, instances and public addresses: answers of EC2."""

from __future__ import annotations

from collections.abc import Mapping

from network.aws.coverage.fields import Field, below, irrelevant, not_modelled, read

__all__ = ["FILES"]

ADDRESSES = "an interface stands for every address of its subnet"
PUBLIC = "an interface is assumed to have a public address wherever a route leads to the internet"
FORWARDS = "packets are traced through an interface only where a route leads to it, which is undetermined"
IPV6 = "names and packets are traced over IPv4 alone; a VPC or subnet with an IPv6 range is a doubt of its own"
NAMES = "names of instances, which are none of a service's"
ATTACHED = "to which slot of the instance it is attached"
MACHINE = "what the instance is, and how it runs; not what it is connected to"
OPERATOR = "who manages it"
TRACKING = "how long a connection without packets is remembered"

FILES: Mapping[str, tuple[Field, ...]] = {
    "NetworkInterfaces": (
        *read("NetworkInterfaceId OwnerId SubnetId VpcId InterfaceType PrivateIpAddress Groups.GroupId"),
        *read("Attachment.InstanceId"),
        *irrelevant("the id says which group it is", "Groups.GroupName"),
        *irrelevant(
            ATTACHED,
            "Attachment.AttachmentId Attachment.DeleteOnTermination Attachment.DeviceIndex Attachment.NetworkCardIndex"
            " Attachment.InstanceOwnerId Attachment.Status Attachment.EnaSrdSpecification Attachment.EnaQueueCount",
        ),
        *irrelevant(PUBLIC, "Association DenyAllIgwTraffic"),
        *irrelevant(ADDRESSES, "PrivateIpAddresses Ipv4Prefixes"),
        *irrelevant(IPV6, "Ipv6Addresses Ipv6Prefixes Ipv6Native Ipv6Address"),
        *irrelevant(NAMES, "PrivateDnsName PublicDnsName PublicIpDnsNameOptions"),
        *irrelevant(FORWARDS, "SourceDestCheck"),
        *irrelevant("the subnet says where it is", "AvailabilityZone AvailabilityZoneId"),
        *irrelevant(OPERATOR, "RequesterId RequesterManaged Operator"),
        *irrelevant(TRACKING, "ConnectionTrackingConfiguration"),
        *irrelevant("an interface that is not in use counts as in use", "Status"),
        *irrelevant("an address of the link", "MacAddress"),
        *irrelevant("the subnet has it too", "OutpostArn"),
        *not_modelled("packets", "it may be reachable in other subnets", "AssociatedSubnets"),
    ),
    "Reservations": (
        *read("OwnerId"),
        *irrelevant("which call started the instances", "ReservationId RequesterId Groups"),
        *read("Instances.InstanceId Instances.State.Name Instances.VpcId Instances.SubnetId"),
        *read("Instances.SecurityGroups.GroupId Instances.NetworkInterfaces.NetworkInterfaceId"),
        *read("Instances.NetworkInterfaces.SubnetId Instances.NetworkInterfaces.Groups.GroupId"),
        *read("Instances.NetworkInterfaces.Attachment.DeviceIndex"),
        *irrelevant(
            "the id says which group it is",
            "Instances.SecurityGroups.GroupName Instances.NetworkInterfaces.Groups.GroupName",
        ),
        *irrelevant(
            ATTACHED,
            below(
                "Instances.NetworkInterfaces.Attachment",
                "AttachmentId DeleteOnTermination Status NetworkCardIndex EnaSrdSpecification EnaQueueCount",
            ),
        ),
        *irrelevant(PUBLIC, "Instances.NetworkInterfaces.Association Instances.PublicIpAddress"),
        *irrelevant(
            ADDRESSES,
            below(
                "Instances",
                "PrivateIpAddress NetworkInterfaces.PrivateIpAddress NetworkInterfaces.PrivateIpAddresses"
                " NetworkInterfaces.Ipv4Prefixes",
            ),
        ),
        *irrelevant(
            IPV6,
            "Instances.Ipv6Address Instances.NetworkInterfaces.Ipv6Addresses Instances.NetworkInterfaces.Ipv6Prefixes",
        ),
        *irrelevant(
            NAMES,
            "Instances.PrivateDnsName Instances.PublicDnsName Instances.PrivateDnsNameOptions"
            " Instances.NetworkInterfaces.PrivateDnsName",
        ),
        *irrelevant(FORWARDS, "Instances.SourceDestCheck Instances.NetworkInterfaces.SourceDestCheck"),
        *irrelevant(OPERATOR, "Instances.Operator Instances.NetworkInterfaces.Operator"),
        *irrelevant(TRACKING, "Instances.NetworkInterfaces.ConnectionTrackingConfiguration"),
        *irrelevant("an address of the link", "Instances.NetworkInterfaces.MacAddress"),
        *irrelevant(
            "the subnet says whose and where it is",
            "Instances.NetworkInterfaces.OwnerId Instances.NetworkInterfaces.VpcId"
            " Instances.NetworkInterfaces.Status Instances.NetworkInterfaces.InterfaceType",
        ),
        *irrelevant("the subnet has it too", "Instances.OutpostArn"),
        *not_modelled("packets", "networks beside the VPC are not traced", "Instances.SecondaryInterfaces"),
        *irrelevant(
            MACHINE,
            below(
                "Instances",
                "AmiLaunchIndex Architecture BlockDeviceMappings BootMode CapacityBlockId CapacityReservationId"
                " CapacityReservationSpecification ClientToken CpuOptions CurrentInstanceBootMode EbsOptimized"
                " ElasticGpuAssociations ElasticInferenceAcceleratorAssociations EnaSupport EnclaveOptions"
                " HibernationOptions Hypervisor IamInstanceProfile ImageId InstanceLifecycle InstanceType KernelId"
                " KeyName LaunchTime Licenses MaintenanceOptions MetadataOptions Monitoring NetworkPerformanceOptions"
                " Placement Platform PlatformDetails ProductCodes RamdiskId RootDeviceName RootDeviceType"
                " SpotInstanceRequestId SriovNetSupport StateReason StateTransitionReason TpmSupport UsageOperation"
                " UsageOperationUpdateTime VirtualizationType",
            ),
        ),
        *irrelevant("the name of the state says it", "Instances.State.Code"),
    ),
    "Addresses": irrelevant("public addresses of interfaces, which are assumed to have one where that matters"),
}
"""The fields of each file's items."""
