# A hub: endpoints, resolver, gateway, shares, and the contract that spokes read.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
  backend "s3" {
    bucket              = "example-network-state"
    key                 = "hub.tfstate"
    region              = "us-east-1"
    use_lockfile        = true
    encrypt             = true
    kms_key_id          = "arn:aws:kms:us-east-1:111111111111:alias/network-state"
    allowed_account_ids = ["111111111111"]
    assume_role         = { role_arn = "arn:aws:iam::111111111111:role/NetworkDeploy" }
  }
}

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["111111111111"]
  assume_role { role_arn = "arn:aws:iam::111111111111:role/NetworkDeploy" }
  default_tags { tags = { owner = "network" } }
}

variable "unit" {
  description = "ARN of an organizational unit to share with"
  type        = string
}

locals {
  zones      = { "use1-az1" = 0, "use1-az2" = 1 }
  principals = ["arn:aws:organizations::999999999999:organization/o-exampleorg1", var.unit, "333333333333"]
  resources  = { gateway = aws_ec2_transit_gateway.hub.arn, rule = aws_route53_resolver_rule.aws.arn }
}

resource "aws_vpc" "hub" {
  cidr_block           = "10.0.0.0/22"
  enable_dns_hostnames = true
  enable_dns_support   = true
  tags                 = { Name = "hub" }
}

resource "aws_default_security_group" "hub" {
  vpc_id = aws_vpc.hub.id
}

resource "aws_subnet" "endpoints" {
  for_each             = local.zones
  vpc_id               = aws_vpc.hub.id
  cidr_block           = cidrsubnet("10.0.0.0/22", 2, each.value)
  availability_zone_id = each.key
  tags                 = { Name = "endpoints-${each.key}" }
}

resource "aws_subnet" "attachment" {
  for_each             = local.zones
  vpc_id               = aws_vpc.hub.id
  cidr_block           = cidrsubnet("10.0.3.0/24", 4, each.value)
  availability_zone_id = each.key
}

resource "aws_route_table" "hub" {
  vpc_id = aws_vpc.hub.id
  tags   = { Name = "hub" }
}

resource "aws_route_table_association" "hub" {
  for_each       = aws_subnet.endpoints
  subnet_id      = each.value.id
  route_table_id = aws_route_table.hub.id
}

resource "aws_route" "pool" {
  route_table_id         = aws_route_table.hub.id
  destination_cidr_block = "10.0.4.0/22"
  transit_gateway_id     = aws_ec2_transit_gateway.hub.id
  depends_on             = [aws_ec2_transit_gateway_vpc_attachment.hub]
}

resource "aws_security_group" "endpoints" {
  name        = "endpoints"
  description = "Interface endpoints"
  vpc_id      = aws_vpc.hub.id
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.endpoints.id
  description       = "HTTPS from the pool"
  cidr_ipv4         = "10.0.4.0/22"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = { Name = "https" }
}

resource "aws_security_group" "resolver" {
  name        = "resolver"
  description = "Resolver endpoints"
  vpc_id      = aws_vpc.hub.id
}

resource "aws_vpc_security_group_ingress_rule" "dns" {
  for_each                     = toset(["tcp", "udp"])
  security_group_id            = aws_security_group.resolver.id
  description                  = "DNS from the outbound endpoint"
  referenced_security_group_id = aws_security_group.resolver.id
  ip_protocol                  = each.key
  from_port                    = 53
  to_port                      = 53
}

resource "aws_vpc_security_group_egress_rule" "dns" {
  for_each          = toset(["tcp", "udp"])
  security_group_id = aws_security_group.resolver.id
  description       = "DNS to the inbound endpoint"
  cidr_ipv4         = "10.0.0.0/22"
  ip_protocol       = each.key
  from_port         = 53
  to_port           = 53
}

resource "aws_vpc_endpoint" "interface" {
  for_each            = toset(["kms", "ssm"])
  vpc_id              = aws_vpc.hub.id
  service_name        = "com.amazonaws.us-east-1.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for subnet in aws_subnet.endpoints : subnet.id]
  security_group_ids  = [aws_security_group.endpoints.id]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "*"
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-exampleorg1" } }
    }]
  })
  tags       = { Name = each.key }
  depends_on = [aws_route53_resolver_endpoint.inbound]
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id              = aws_vpc.hub.id
  service_name        = "com.amazonaws.us-east-1.s3"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for subnet in aws_subnet.endpoints : subnet.id]
  security_group_ids  = [aws_security_group.endpoints.id]
  dns_options { private_dns_only_for_inbound_resolver_endpoint = false }
  depends_on = [aws_route53_resolver_endpoint.inbound]
}

resource "aws_route53_resolver_endpoint" "inbound" {
  name               = "inbound"
  direction          = "INBOUND"
  security_group_ids = [aws_security_group.resolver.id]
  dynamic "ip_address" {
    for_each = aws_subnet.endpoints
    content {
      subnet_id = ip_address.value.id
      ip        = cidrhost(ip_address.value.cidr_block, 53)
    }
  }
  tags = { Name = "inbound" }
}

resource "aws_route53_resolver_endpoint" "outbound" {
  name               = "outbound"
  direction          = "OUTBOUND"
  security_group_ids = [aws_security_group.resolver.id]
  dynamic "ip_address" {
    for_each = aws_subnet.endpoints
    content { subnet_id = ip_address.value.id }
  }
  depends_on = [aws_route53_resolver_endpoint.inbound]
}

resource "aws_route53_resolver_rule" "aws" {
  name                 = "aws"
  domain_name          = "us-east-1.amazonaws.com"
  rule_type            = "FORWARD"
  resolver_endpoint_id = aws_route53_resolver_endpoint.outbound.id
  dynamic "target_ip" {
    for_each = aws_subnet.endpoints
    content { ip = cidrhost(target_ip.value.cidr_block, 53) }
  }
  depends_on = [aws_route53_resolver_endpoint.inbound]
}

resource "aws_ec2_transit_gateway" "hub" {
  description                     = "hub"
  auto_accept_shared_attachments  = "disable"
  default_route_table_association = "disable"
  default_route_table_propagation = "disable"
  tags                            = { Name = "hub" }
}

resource "aws_ec2_transit_gateway_route_table" "hub" {
  for_each           = toset(["hub", "spokes"])
  transit_gateway_id = aws_ec2_transit_gateway.hub.id
  tags               = { Name = each.key }
}

resource "aws_ec2_transit_gateway_vpc_attachment" "hub" {
  transit_gateway_id                              = aws_ec2_transit_gateway.hub.id
  vpc_id                                          = aws_vpc.hub.id
  subnet_ids                                      = [for subnet in aws_subnet.attachment : subnet.id]
  transit_gateway_default_route_table_association = false
  transit_gateway_default_route_table_propagation = false
  tags                                            = { Name = "hub" }
}

resource "aws_ec2_transit_gateway_route_table_association" "hub" {
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.hub.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.hub["hub"].id
}

resource "aws_ec2_transit_gateway_route_table_propagation" "hub" {
  for_each                       = aws_ec2_transit_gateway_route_table.hub
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.hub.id
  transit_gateway_route_table_id = each.value.id
}

resource "aws_ec2_transit_gateway_route" "default" {
  destination_cidr_block         = "0.0.0.0/0"
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment.hub.id
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.hub["spokes"].id
}

resource "aws_ec2_transit_gateway_route" "blackhole" {
  destination_cidr_block         = "192.168.0.0/16"
  blackhole                      = true
  transit_gateway_route_table_id = aws_ec2_transit_gateway_route_table.hub["spokes"].id
}

resource "aws_ram_resource_share" "hub" {
  name                      = "hub"
  allow_external_principals = false
  tags                      = { Name = "hub" }
}

resource "aws_ram_resource_association" "hub" {
  for_each           = local.resources
  resource_arn       = each.value
  resource_share_arn = aws_ram_resource_share.hub.arn
}

resource "aws_ram_principal_association" "hub" {
  for_each           = toset(local.principals)
  principal          = each.key
  resource_share_arn = aws_ram_resource_share.hub.arn
}

resource "aws_ssm_parameter" "contract" {
  name = "/hub/core"
  type = "String"
  insecure_value = jsonencode({
    gateway = aws_ec2_transit_gateway.hub.id
    tables  = { for name, table in aws_ec2_transit_gateway_route_table.hub : name => table.id }
    rule    = aws_route53_resolver_rule.aws.id
  })
  depends_on = [aws_ram_resource_association.hub, aws_ram_principal_association.hub]
}
