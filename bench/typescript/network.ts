// The network of the benchmark in CDKTF TypeScript, as its documentation writes it: `node out/network.js NETWORK.json`.
// bench/plain/main.py is the same, line by line, in Python.
import { readFileSync } from "node:fs";
import { Ec2TransitGateway } from "@cdktf/provider-aws/lib/ec2-transit-gateway";
import { Ec2TransitGatewayRouteTable } from "@cdktf/provider-aws/lib/ec2-transit-gateway-route-table";
import { Ec2TransitGatewayRouteTableAssociation } from "@cdktf/provider-aws/lib/ec2-transit-gateway-route-table-association";
import { Ec2TransitGatewayRouteTablePropagation } from "@cdktf/provider-aws/lib/ec2-transit-gateway-route-table-propagation";
import { Ec2TransitGatewayVpcAttachment } from "@cdktf/provider-aws/lib/ec2-transit-gateway-vpc-attachment";
import { Ec2TransitGatewayVpcAttachmentAccepter } from "@cdktf/provider-aws/lib/ec2-transit-gateway-vpc-attachment-accepter";
import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { RamPrincipalAssociation } from "@cdktf/provider-aws/lib/ram-principal-association";
import { RamResourceAssociation } from "@cdktf/provider-aws/lib/ram-resource-association";
import { RamResourceShare } from "@cdktf/provider-aws/lib/ram-resource-share";
import { Route } from "@cdktf/provider-aws/lib/route";
import { Route53ResolverEndpoint } from "@cdktf/provider-aws/lib/route53-resolver-endpoint";
import { Route53ResolverRule } from "@cdktf/provider-aws/lib/route53-resolver-rule";
import { Route53ResolverRuleAssociation } from "@cdktf/provider-aws/lib/route53-resolver-rule-association";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { App, Fn, S3Backend, TerraformLocal, TerraformOutput, TerraformStack } from "cdktf";
import { Construct } from "constructs";

interface Member {
  name: string;
  account: string;
  cidr: string;
  subnets: Record<string, string>;
  attachment_subnets: Record<string, string>;
}
interface Hub extends Member {
  asn: number;
  pool: string;
  inbound: Record<string, string>;
  services: string[];
}
interface Network {
  organization: string;
  role: string;
  region: string;
  state: { bucket: string; account: string };
  hub: Hub;
  spokes: Member[];
}

const PROTECTED = { preventDestroy: true };

function tags(name: string, part: string): Record<string, string> {
  return { Name: name, "hub:part": part };
}

class NetworkStack extends TerraformStack {
  constructor(scope: Construct, id: string, protected readonly network: Network) {
    super(scope, id);
    this.addOverride("terraform.required_providers.aws.source", "hashicorp/aws");
    this.addOverride("terraform.required_version", ">= 1.11");
    const backend = new S3Backend(this, {
      bucket: network.state.bucket,
      key: `endpoint-hub/${id}.tfstate`,
      region: network.region,
      allowedAccountIds: [network.state.account],
      maxRetries: 7,
      assumeRole: { roleArn: this.role(network.state.account) },
    });
    backend.addOverride("use_lockfile", true);
  }

  role(account: string): string {
    return `arn:aws:iam::${account}:role/${this.network.role}`;
  }

  account(alias: string, account: string): AwsProvider {
    return new AwsProvider(this, `${alias}-account`, {
      alias,
      region: this.network.region,
      allowedAccountIds: [account],
      maxRetries: 7,
      assumeRole: [{ roleArn: this.role(account) }],
      defaultTags: [
        { tags: { "hub:stack": this.node.id, "hub:state": `${this.network.state.bucket}/endpoint-hub` } },
      ],
    });
  }
}

class PrivateNetwork extends Construct {
  readonly id: string;
  readonly routeTableId: string;
  readonly subnetIds: Record<string, string> = {};
  readonly attachmentSubnetIds: Record<string, string> = {};

  constructor(scope: Construct, member: Member, provider: AwsProvider) {
    super(scope, "network");
    const vpc = new Vpc(this, "vpc", {
      provider,
      cidrBlock: member.cidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: tags(member.name, "vpc"),
    });
    this.id = vpc.id;
    new DefaultSecurityGroup(this, "default-security-group", {
      provider,
      vpcId: vpc.id,
      tags: tags(`${member.name}-default`, "default-security-group"),
    });
    const table = new RouteTable(this, "route-table", {
      provider,
      vpcId: vpc.id,
      tags: tags(member.name, "route-table"),
    });
    this.routeTableId = table.id;
    const kinds: [string, Record<string, string>, Record<string, string>][] = [
      ["subnet", member.subnets, this.subnetIds],
      ["attachment-subnet", member.attachment_subnets, this.attachmentSubnetIds],
    ];
    for (const [kind, subnets, ids] of kinds) {
      for (const [zone, cidr] of Object.entries(subnets)) {
        const subnet = new Subnet(this, `${kind}-${zone}`, {
          provider,
          vpcId: vpc.id,
          cidrBlock: cidr,
          availabilityZoneId: zone,
          lifecycle: { createBeforeDestroy: true },
          tags: tags(`${member.name}-${kind}-${zone}`, kind),
        });
        new RouteTableAssociation(this, `${kind}-${zone}-routes`, {
          provider,
          subnetId: subnet.id,
          routeTableId: table.id,
        });
        ids[zone] = subnet.id;
      }
    }
  }
}

class HubStack extends NetworkStack {
  constructor(scope: Construct, data: Network) {
    super(scope, `hub-${data.hub.name}`, data);
    const hub = data.hub;
    const provider = this.account("hub", hub.account);
    const network = new PrivateNetwork(this, hub, provider);

    const gatewayPart = new Construct(this, "gateway");
    const gateway = new Ec2TransitGateway(gatewayPart, "gateway", {
      provider,
      description: `Reaches the interface endpoints of hub ${hub.name}`,
      amazonSideAsn: hub.asn,
      autoAcceptSharedAttachments: "disable",
      defaultRouteTableAssociation: "disable",
      defaultRouteTablePropagation: "disable",
      lifecycle: PROTECTED,
      tags: tags(hub.name, "gateway"),
    });
    const attachment = new Ec2TransitGatewayVpcAttachment(gatewayPart, "attachment", {
      provider,
      transitGatewayId: gateway.id,
      vpcId: network.id,
      subnetIds: Object.values(network.attachmentSubnetIds),
      transitGatewayDefaultRouteTableAssociation: false,
      transitGatewayDefaultRouteTablePropagation: false,
      tags: tags(hub.name, "attachment"),
    });
    const tables: Record<string, string> = {};
    for (const table of ["hub", "spokes"]) {
      tables[table] = new Ec2TransitGatewayRouteTable(gatewayPart, `table-${table}`, {
        provider,
        transitGatewayId: gateway.id,
        tags: tags(`${hub.name}-${table}`, "gateway-table"),
      }).id;
    }
    new Ec2TransitGatewayRouteTableAssociation(gatewayPart, "association", {
      provider,
      transitGatewayAttachmentId: attachment.id,
      transitGatewayRouteTableId: tables["hub"],
    });
    new Ec2TransitGatewayRouteTablePropagation(gatewayPart, "propagation-spokes", {
      provider,
      transitGatewayAttachmentId: attachment.id,
      transitGatewayRouteTableId: tables["spokes"],
    });
    new Route(gatewayPart, `route-pool-${rangeId(hub.pool)}`, {
      provider,
      routeTableId: network.routeTableId,
      destinationCidrBlock: hub.pool,
      transitGatewayId: gateway.id,
      dependsOn: [attachment],
    });

    const resolver = new Construct(this, "resolver");
    const groups: Record<string, string> = {};
    for (const [side, way] of [
      ["inbound", "from"],
      ["outbound", "to"],
    ]) {
      groups[side] = new SecurityGroup(resolver, `${side}-group`, {
        provider,
        vpcId: network.id,
        name: `endpoint-hub-${side}`,
        description: `DNS ${way} within the hub`,
        tags: tags(`endpoint-hub-${side}`, `${side}-security-group`),
      }).id;
    }
    for (const protocol of ["tcp", "udp"]) {
      new VpcSecurityGroupIngressRule(resolver, `inbound-${protocol}`, {
        provider,
        securityGroupId: groups["inbound"],
        description: `DNS over ${protocol} from the outbound endpoint`,
        ipProtocol: protocol,
        fromPort: 53,
        toPort: 53,
        cidrIpv4: hub.cidr,
        tags: tags("endpoint-hub-inbound", "inbound-security-group-rule"),
      });
      new VpcSecurityGroupEgressRule(resolver, `outbound-${protocol}`, {
        provider,
        securityGroupId: groups["outbound"],
        description: `DNS over ${protocol} to the inbound endpoint`,
        ipProtocol: protocol,
        fromPort: 53,
        toPort: 53,
        cidrIpv4: hub.cidr,
        tags: tags("endpoint-hub-outbound", "outbound-security-group-rule"),
      });
    }
    const inbound = new Route53ResolverEndpoint(resolver, "inbound", {
      provider,
      name: `${hub.name}-inbound`,
      direction: "INBOUND",
      securityGroupIds: [groups["inbound"]],
      ipAddress: Object.entries(hub.inbound).map(([zone, ip]) => ({ subnetId: network.subnetIds[zone], ip })),
      lifecycle: PROTECTED,
      tags: tags(`${hub.name}-inbound`, "inbound-endpoint"),
    });
    const outbound = new Route53ResolverEndpoint(resolver, "outbound", {
      provider,
      name: `${hub.name}-outbound`,
      direction: "OUTBOUND",
      securityGroupIds: [groups["outbound"]],
      ipAddress: Object.values(network.subnetIds).map((subnetId) => ({ subnetId })),
      lifecycle: PROTECTED,
      tags: tags(`${hub.name}-outbound`, "outbound-endpoint"),
      dependsOn: [inbound],
    });
    const domain = `${data.region}.amazonaws.com`;
    const ruleId = domain.replaceAll(".", "_");
    const rule = new Route53ResolverRule(resolver, `rule-${ruleId}`, {
      provider,
      name: `${hub.name}-${ruleId}`,
      domainName: domain,
      ruleType: "FORWARD",
      resolverEndpointId: outbound.id,
      targetIp: Object.values(hub.inbound).map((ip) => ({ ip })),
      lifecycle: PROTECTED,
      tags: tags(`${hub.name}-${ruleId}`, "forwarding-rule"),
      dependsOn: [inbound],
    });

    const endpoints = new Construct(this, "endpoints");
    const group = new SecurityGroup(endpoints, "group-https", {
      provider,
      vpcId: network.id,
      name: `${hub.name}-endpoints-https`,
      description: "Interface endpoints that listen on 443",
      tags: tags(`${hub.name}-endpoints-https`, "endpoint-security-group"),
    });
    for (const [key, cidr] of [
      ["hub", hub.cidr],
      [`pool-${rangeId(hub.pool)}`, hub.pool],
    ]) {
      new VpcSecurityGroupIngressRule(endpoints, `ingress-https-443-${key}`, {
        provider,
        securityGroupId: group.id,
        description: `tcp 443 from ${cidr}`,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        cidrIpv4: cidr,
        tags: tags(`${hub.name}-endpoints-https`, "endpoint-security-group-rule"),
      });
    }
    const endpointIds: Record<string, string> = {};
    for (const service of hub.services) {
      endpointIds[service] = new VpcEndpoint(endpoints, `endpoint-${service}`, {
        provider,
        vpcId: network.id,
        serviceName: `com.amazonaws.${data.region}.${service}`,
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: Object.values(network.subnetIds),
        securityGroupIds: [group.id],
        tags: tags(`${hub.name}-${service}`, "interface-endpoint"),
        dependsOn: [inbound],
      }).id;
    }

    const shared: [string, string, string][] = [
      ["gateway", "gateway", gateway.arn],
      ["rules", ruleId, rule.arn],
    ];
    const associations: (RamResourceAssociation | RamPrincipalAssociation)[] = [];
    for (const [part, key, arn] of shared) {
      const sharePart = new Construct(this, `${part}-share`);
      const share = new RamResourceShare(sharePart, "share", {
        provider,
        name: `${hub.name}-${part}`,
        allowExternalPrincipals: false,
        lifecycle: PROTECTED,
        tags: tags(`${hub.name}-${part}`, "share"),
      });
      associations.push(
        new RamResourceAssociation(sharePart, `resource-${key}`, {
          provider,
          resourceArn: arn,
          resourceShareArn: share.arn,
          lifecycle: PROTECTED,
        }),
        new RamPrincipalAssociation(sharePart, "organization", {
          provider,
          principal: data.organization,
          resourceShareArn: share.arn,
          lifecycle: PROTECTED,
        }),
      );
    }

    const parameter = `/endpoint-hub/${hub.name}/contract`;
    new SsmParameter(new Construct(this, "contract"), "parameter", {
      provider,
      name: parameter,
      description: "What the spokes of this hub need to know of it",
      type: "String",
      insecureValue: Fn.jsonencode({
        version: 1,
        transit_gateway_id: gateway.id,
        tables,
        rules: { [domain]: rule.id },
      }),
      tags: tags(parameter, "contract"),
      dependsOn: associations,
    });
    new TerraformOutput(this, "vpc_id", { value: network.id });
    new TerraformOutput(this, "transit_gateway_id", { value: gateway.id });
    new TerraformOutput(this, "transit_gateway_table_ids", { value: tables });
    new TerraformOutput(this, "resolver_rule_ids", { value: { [domain]: rule.id } });
    new TerraformOutput(this, "endpoint_ids", { value: endpointIds });
    new TerraformOutput(this, "contract_parameter", { value: parameter });
  }
}

class SpokeStack extends NetworkStack {
  constructor(scope: Construct, data: Network, spoke: Member) {
    super(scope, `spoke-${data.hub.name}-${spoke.name}`, data);
    const own = this.account("spoke", spoke.account);
    const hub = this.account("hub", data.hub.account);
    const domain = `${data.region}.amazonaws.com`;
    const ruleId = domain.replaceAll(".", "_");

    const contract = new Construct(this, "contract");
    const parameter = new DataAwsSsmParameter(contract, "parameter", {
      provider: hub,
      name: `/endpoint-hub/${data.hub.name}/contract`,
      lifecycle: {
        postcondition: [
          {
            condition: "${jsondecode(self.insecure_value).version == 1}",
            errorMessage: `This spoke reads version 1 of the contract. Apply hub-${data.hub.name} and this stack from the same version of the project.`,
          },
          {
            condition: `\${length(setsubtract(["hub", "spokes"], keys(jsondecode(self.insecure_value).tables))) == 0 && length(setsubtract(["${domain}"], keys(jsondecode(self.insecure_value).rules))) == 0}`,
            errorMessage: `The hub's contract lacks a table or rule that this spoke needs: hub, spokes; ${domain}. Apply hub-${data.hub.name} first.`,
          },
        ],
      },
    });
    const local = new TerraformLocal(contract, "document", `\${jsondecode(${parameter.fqn}.insecure_value)}`);
    const document = `local.${local.friendlyUniqueId}`;
    const gatewayId = `\${${document}.transit_gateway_id}`;

    const network = new PrivateNetwork(this, spoke, own);
    const gatewayPart = new Construct(this, "gateway");
    const attachment = new Ec2TransitGatewayVpcAttachment(gatewayPart, "attachment", {
      provider: own,
      transitGatewayId: gatewayId,
      vpcId: network.id,
      subnetIds: Object.values(network.attachmentSubnetIds),
      tags: tags(spoke.name, "attachment"),
    });
    const accepter = new Ec2TransitGatewayVpcAttachmentAccepter(gatewayPart, "accepter", {
      provider: hub,
      transitGatewayAttachmentId: attachment.id,
      transitGatewayDefaultRouteTableAssociation: false,
      transitGatewayDefaultRouteTablePropagation: false,
      tags: tags(spoke.name, "attachment"),
    });
    const association = new Ec2TransitGatewayRouteTableAssociation(gatewayPart, "association", {
      provider: hub,
      transitGatewayAttachmentId: accepter.id,
      transitGatewayRouteTableId: `\${${document}.tables["spokes"]}`,
    });
    const propagation = new Ec2TransitGatewayRouteTablePropagation(gatewayPart, "propagation-hub", {
      provider: hub,
      transitGatewayAttachmentId: accepter.id,
      transitGatewayRouteTableId: `\${${document}.tables["hub"]}`,
    });
    new Route(gatewayPart, "route-hub", {
      provider: own,
      routeTableId: network.routeTableId,
      destinationCidrBlock: data.hub.cidr,
      transitGatewayId: gatewayId,
      dependsOn: [association, propagation],
    });

    const resolver = new Construct(this, "resolver");
    const exemption = new Route53ResolverRule(resolver, "exemption-efs", {
      provider: own,
      name: `${spoke.name}-keeps-efs`,
      domainName: `efs.${domain}`,
      ruleType: "SYSTEM",
      tags: tags(`${spoke.name}-keeps-efs`, "exemption-rule"),
    });
    for (const [key, name, id] of [
      [`rule-${ruleId}`, `${spoke.name}-${ruleId}`, `\${${document}.rules["${domain}"]}`],
      ["exemption-efs", `${spoke.name}-keeps-efs`, exemption.id],
    ]) {
      new Route53ResolverRuleAssociation(resolver, `${key}-association`, {
        provider: own,
        name,
        resolverRuleId: id,
        vpcId: network.id,
      });
    }
    new VpcEndpoint(new Construct(this, "endpoints"), "endpoint-s3", {
      provider: own,
      vpcId: network.id,
      serviceName: `com.amazonaws.${data.region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: [network.routeTableId],
      tags: tags(`${spoke.name}-s3`, "gateway-endpoint"),
    });
    new TerraformOutput(this, "vpc_id", { value: network.id });
    new TerraformOutput(this, "subnet_ids", { value: network.subnetIds });
    new TerraformOutput(this, "attachment_id", { value: attachment.id });
  }
}

function rangeId(cidr: string): string {
  return cidr.replaceAll(".", "-").replace("/", "_");
}

const data: Network = JSON.parse(readFileSync(process.argv[2], "utf8"));
const app = new App();
const hub = new HubStack(app, data);
for (const spoke of data.spokes) {
  new SpokeStack(app, data, spoke).addDependency(hub);
}
app.synth();
