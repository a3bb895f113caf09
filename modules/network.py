"""A VPC whose only connection is a transit gateway."""

from __future__ import annotations

from modules import aws
from modules.cdk import Construct, TerraformResourceLifecycle
from modules.parts import ONLY_TABLE
from modules.tags import tags
from topology.design import Vpc

__all__ = ["PrivateNetwork"]


class PrivateNetwork(Construct):
    """A VPC with separate subnets for workloads and for the gateway attachment in each zone, and one route table.

    DNS support and DNS hostnames are both on: in the hub, interface endpoints with private DNS need both; spokes need
    the first. The attachment has its own /28 subnets, as AWS recommends, so that it never competes for addresses; they
    use the same route table (https://docs.aws.amazon.com/vpc/latest/tgw/tgw-best-design-practices.html). The VPC's
    default security group, which nothing uses, is emptied.
    """

    def __init__(self, scope: Construct, id: str, *, vpc: Vpc, provider: aws.AwsProvider) -> None:  # noqa: A002
        super().__init__(scope, id)
        network = aws.Vpc(
            self,
            "vpc",
            provider=provider,
            cidr_block=vpc.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=tags(vpc.name, "vpc"),
        )
        self.id: str = network.id
        self.cidr: str = vpc.cidr
        aws.DefaultSecurityGroup(
            self,
            "default-security-group",
            provider=provider,
            vpc_id=self.id,
            tags=tags(f"{vpc.name}-default", "default-security-group"),
        )
        route_table_id = aws.RouteTable(
            self, "route-table", provider=provider, vpc_id=self.id, tags=tags(vpc.name, "route-table")
        ).id
        self.route_table_ids: dict[str, str] = {ONLY_TABLE: route_table_id}
        self.subnet_ids: dict[str, str] = {}
        """Workload subnets by zone."""
        self.attachment_subnet_ids: dict[str, str] = {}
        """Subnets of the gateway attachment by zone."""
        for kind, subnets, ids in (
            ("subnet", vpc.subnets, self.subnet_ids),
            ("attachment-subnet", vpc.attachment_subnets, self.attachment_subnet_ids),
        ):
            for planned in subnets:
                ids[planned.zone] = aws.Subnet(
                    self,
                    f"{kind}-{planned.zone}",
                    provider=provider,
                    vpc_id=self.id,
                    cidr_block=planned.cidr,
                    availability_zone_id=planned.zone,
                    tags=tags(f"{vpc.name}-{kind}-{planned.zone}", kind),
                    # When a zone is emptied, endpoints and attachments must leave the subnet before it is deleted. By
                    # default Terraform deletes the subnet first, and waits twenty minutes for interfaces that nothing
                    # removes.
                    lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
                ).id  # read once: each read is a round trip to Node
                aws.RouteTableAssociation(
                    self,
                    f"{kind}-{planned.zone}-routes",
                    provider=provider,
                    subnet_id=ids[planned.zone],
                    route_table_id=route_table_id,
                )
