# A spoke: a network of its own account, wired up with a role in the hub's.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
  backend "s3" {
    bucket              = "example-network-state"
    key                 = "spoke.tfstate"
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
  allowed_account_ids = ["222222222222"]
  assume_role { role_arn = "arn:aws:iam::222222222222:role/NetworkDeploy" }
  default_tags { tags = { owner = "payments" } }
}

provider "aws" {
  alias               = "hub"
  region              = "us-east-1"
  allowed_account_ids = ["111111111111"]
  assume_role { role_arn = "arn:aws:iam::111111111111:role/NetworkDeploy" }
  default_tags { tags = { owner = "network" } }
}

data "aws_ssm_parameter" "contract" {
  provider = aws.hub
  name     = "/hub/core"
}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

locals {
  hub   = jsondecode(data.aws_ssm_parameter.contract.insecure_value)
  zones = { "use1-az1" = 0, "use1-az2" = 1 }
}

resource "aws_vpc" "spoke" {
  cidr_block           = "10.0.4.0/24"
  enable_dns_hostnames = true
}

resource "aws_subnet" "spoke" {
  for_each             = local.zones
  vpc_id               = aws_vpc.spoke.id
  cidr_block           = cidrsubnet("10.0.4.0/24", 2, each.value)
  availability_zone_id = each.key
}

resource "aws_route_table" "spoke" {
  for_each = aws_subnet.spoke
  vpc_id   = aws_vpc.spoke.id
}

resource "aws_route_table_association" "spoke" {
  for_each       = aws_subnet.spoke
  subnet_id      = each.value.id
  route_table_id = aws_route_table.spoke[each.key].id
}

resource "aws_route" "hub" {
  for_each               = aws_route_table.spoke
  route_table_id         = each.value.id
  destination_cidr_block = "10.0.0.0/22"
  transit_gateway_id     = local.hub.gateway
  depends_on             = [aws_ec2_transit_gateway_route_table_association.spoke]
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.spoke.id
  service_name      = "com.amazonaws.us-east-1.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for table in aws_route_table.spoke : table.id]
}

resource "aws_ec2_transit_gateway_vpc_attachment" "spoke" {
  transit_gateway_id = local.hub.gateway
  vpc_id             = aws_vpc.spoke.id
  subnet_ids         = [for subnet in aws_subnet.spoke : subnet.id]
  tags               = { Name = "to the hub" }
}

resource "aws_ec2_transit_gateway_vpc_attachment_accepter" "spoke" {
  provider                                        = aws.hub
  transit_gateway_attachment_id                   = aws_ec2_transit_gateway_vpc_attachment.spoke.id
  transit_gateway_default_route_table_association = false
  transit_gateway_default_route_table_propagation = false
  tags                                            = { Name = "payments" }
}

resource "aws_ec2_transit_gateway_route_table_association" "spoke" {
  provider                       = aws.hub
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment_accepter.spoke.id
  transit_gateway_route_table_id = local.hub.tables["spokes"]
}

resource "aws_ec2_transit_gateway_route_table_propagation" "spoke" {
  provider                       = aws.hub
  transit_gateway_attachment_id  = aws_ec2_transit_gateway_vpc_attachment_accepter.spoke.id
  transit_gateway_route_table_id = local.hub.tables["hub"]
}

resource "aws_route53_resolver_rule_association" "hub" {
  name             = "hub"
  resolver_rule_id = local.hub.rule
  vpc_id           = aws_vpc.spoke.id
}

resource "aws_route53_resolver_rule" "efs" {
  name        = "efs"
  domain_name = "efs.us-east-1.amazonaws.com"
  rule_type   = "SYSTEM"
}

resource "aws_route53_resolver_rule_association" "efs" {
  name             = "efs"
  resolver_rule_id = aws_route53_resolver_rule.efs.id
  vpc_id           = aws_vpc.spoke.id
}

resource "aws_iam_role" "instance" {
  name = "test-instance"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "instance" {
  name = "keys"
  role = aws_iam_role.instance.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "kms:ListAliases", Resource = "*" }]
  })
}

resource "aws_iam_role_policy_attachment" "instance" {
  role       = aws_iam_role.instance.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "instance" {
  name = "test-instance"
  role = aws_iam_role.instance.name
}

resource "aws_security_group" "instance" {
  name        = "test-instance"
  description = "Test instance"
  vpc_id      = aws_vpc.spoke.id
}

resource "aws_vpc_security_group_egress_rule" "hub" {
  security_group_id = aws_security_group.instance.id
  description       = "HTTPS to the hub"
  cidr_ipv4         = "10.0.0.0/22"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.instance.id
  description       = "HTTPS to S3"
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_instance" "test" {
  ami                    = data.aws_ssm_parameter.image.insecure_value
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.spoke["use1-az1"].id
  iam_instance_profile   = aws_iam_instance_profile.instance.name
  vpc_security_group_ids = [aws_security_group.instance.id]
  metadata_options {
    http_tokens   = "required"
    http_endpoint = "enabled"
  }
  root_block_device {
    encrypted   = true
    volume_type = "gp3"
  }
  tags       = { Name = "test" }
  depends_on = [aws_route.hub]
  lifecycle { ignore_changes = [ami] }
}
