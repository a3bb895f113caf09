"""The seam to the AWS provider: the only file that imports it, with the list of the classes in use."""

from __future__ import annotations

import ast
import importlib.util
import sys
import types
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import modules.cdk  # noqa: F401  CDKTF is loaded before its provider

# isort: split
import jsii

from modules import start
from modules.start import cache
from modules.start.assembly import kept_assembly

# The list of classes. Each is imported when it is first used: see `__getattr__`.
if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import (
        DataAwsSsmParameter,
    )
    from cdktf_cdktf_provider_aws.default_security_group import (
        DefaultSecurityGroup,
    )
    from cdktf_cdktf_provider_aws.ec2_transit_gateway import (
        Ec2TransitGateway,
    )
    from cdktf_cdktf_provider_aws.ec2_transit_gateway_route_table import (
        Ec2TransitGatewayRouteTable,
    )
    from cdktf_cdktf_provider_aws.ec2_transit_gateway_route_table_association import (
        Ec2TransitGatewayRouteTableAssociation,
    )
    from cdktf_cdktf_provider_aws.ec2_transit_gateway_route_table_propagation import (
        Ec2TransitGatewayRouteTablePropagation,
    )
    from cdktf_cdktf_provider_aws.ec2_transit_gateway_vpc_attachment import (
        Ec2TransitGatewayVpcAttachment,
    )
    from cdktf_cdktf_provider_aws.ec2_transit_gateway_vpc_attachment_accepter import (
        Ec2TransitGatewayVpcAttachmentAccepter,
    )
    from cdktf_cdktf_provider_aws.iam_instance_profile import (
        IamInstanceProfile,
    )
    from cdktf_cdktf_provider_aws.iam_role import (
        IamRole,
    )
    from cdktf_cdktf_provider_aws.iam_role_policy import (
        IamRolePolicy,
    )
    from cdktf_cdktf_provider_aws.iam_role_policy_attachment import (
        IamRolePolicyAttachment,
    )
    from cdktf_cdktf_provider_aws.instance import (
        Instance,
        InstanceMetadataOptions,
        InstanceRootBlockDevice,
    )
    from cdktf_cdktf_provider_aws.kms_alias import (
        KmsAlias,
    )
    from cdktf_cdktf_provider_aws.kms_key import (
        KmsKey,
    )
    from cdktf_cdktf_provider_aws.provider import (
        AwsProvider,
        AwsProviderAssumeRole,
        AwsProviderDefaultTags,
    )
    from cdktf_cdktf_provider_aws.ram_principal_association import (
        RamPrincipalAssociation,
    )
    from cdktf_cdktf_provider_aws.ram_resource_association import (
        RamResourceAssociation,
    )
    from cdktf_cdktf_provider_aws.ram_resource_share import (
        RamResourceShare,
    )
    from cdktf_cdktf_provider_aws.route import (
        Route,
    )
    from cdktf_cdktf_provider_aws.route53_resolver_endpoint import (
        Route53ResolverEndpoint,
        Route53ResolverEndpointIpAddress,
    )
    from cdktf_cdktf_provider_aws.route53_resolver_rule import (
        Route53ResolverRule,
        Route53ResolverRuleTargetIp,
    )
    from cdktf_cdktf_provider_aws.route53_resolver_rule_association import (
        Route53ResolverRuleAssociation,
    )
    from cdktf_cdktf_provider_aws.route_table import (
        RouteTable,
    )
    from cdktf_cdktf_provider_aws.route_table_association import (
        RouteTableAssociation,
    )
    from cdktf_cdktf_provider_aws.s3_bucket import (
        S3Bucket,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
        S3BucketLifecycleConfiguration,
        S3BucketLifecycleConfigurationRule,
        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
        S3BucketLifecycleConfigurationRuleFilter,
        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
        S3BucketOwnershipControls,
        S3BucketOwnershipControlsRule,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_policy import (
        S3BucketPolicy,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import (
        S3BucketPublicAccessBlock,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
        S3BucketServerSideEncryptionConfigurationA,
        S3BucketServerSideEncryptionConfigurationRuleA,
        S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
        S3BucketVersioningA,
        S3BucketVersioningVersioningConfiguration,
    )
    from cdktf_cdktf_provider_aws.security_group import (
        SecurityGroup,
    )
    from cdktf_cdktf_provider_aws.ssm_parameter import (
        SsmParameter,
    )
    from cdktf_cdktf_provider_aws.subnet import (
        Subnet,
    )
    from cdktf_cdktf_provider_aws.vpc import (
        Vpc,
    )
    from cdktf_cdktf_provider_aws.vpc_endpoint import (
        VpcEndpoint,
        VpcEndpointDnsOptions,
    )
    from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import (
        VpcSecurityGroupEgressRule,
    )
    from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import (
        VpcSecurityGroupIngressRule,
    )

__all__ = [
    "AwsProvider",
    "AwsProviderAssumeRole",
    "AwsProviderDefaultTags",
    "DataAwsSsmParameter",
    "DefaultSecurityGroup",
    "Ec2TransitGateway",
    "Ec2TransitGatewayRouteTable",
    "Ec2TransitGatewayRouteTableAssociation",
    "Ec2TransitGatewayRouteTablePropagation",
    "Ec2TransitGatewayVpcAttachment",
    "Ec2TransitGatewayVpcAttachmentAccepter",
    "IamInstanceProfile",
    "IamRole",
    "IamRolePolicy",
    "IamRolePolicyAttachment",
    "Instance",
    "InstanceMetadataOptions",
    "InstanceRootBlockDevice",
    "KmsAlias",
    "KmsKey",
    "RamPrincipalAssociation",
    "RamResourceAssociation",
    "RamResourceShare",
    "Route",
    "Route53ResolverEndpoint",
    "Route53ResolverEndpointIpAddress",
    "Route53ResolverRule",
    "Route53ResolverRuleAssociation",
    "Route53ResolverRuleTargetIp",
    "RouteTable",
    "RouteTableAssociation",
    "S3Bucket",
    "S3BucketLifecycleConfiguration",
    "S3BucketLifecycleConfigurationRule",
    "S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload",
    "S3BucketLifecycleConfigurationRuleFilter",
    "S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration",
    "S3BucketOwnershipControls",
    "S3BucketOwnershipControlsRule",
    "S3BucketPolicy",
    "S3BucketPublicAccessBlock",
    "S3BucketServerSideEncryptionConfigurationA",
    "S3BucketServerSideEncryptionConfigurationRuleA",
    "S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA",
    "S3BucketVersioningA",
    "S3BucketVersioningVersioningConfiguration",
    "SecurityGroup",
    "SsmParameter",
    "Subnet",
    "Vpc",
    "VpcEndpoint",
    "VpcEndpointDnsOptions",
    "VpcSecurityGroupEgressRule",
    "VpcSecurityGroupIngressRule",
]


_PACKAGE = "cdktf_cdktf_provider_aws"
_ASSEMBLY = "@cdktf/provider-aws"


def _listed() -> dict[str, str]:
    """The submodule of each class in the list above."""
    statements = ast.walk(ast.parse(Path(__file__).read_text(encoding="utf-8")))
    homes = {s.module: s.names for s in statements if isinstance(s, ast.ImportFrom) and s.module}
    return {
        alias.name: module.removeprefix(f"{_PACKAGE}.")
        for module, names in homes.items()
        if module.startswith(f"{_PACKAGE}.")
        for alias in names
    }


def _bypass_package_root() -> Path:
    """Replace the root of the provider package, which imports all 1,500 submodules, with an empty one.

    Importing any submodule runs the package's root first, which takes 9 to 17 seconds and 1.5 GB. With a root that only
    has the real path, Python still finds the listed submodules and loads nothing else. Returns that path.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError(f"{_PACKAGE} is not installed: run make setup")
    root = types.ModuleType(_PACKAGE)
    root.__spec__, root.__file__, root.__package__ = spec, spec.origin, _PACKAGE
    root.__path__ = list(spec.submodule_search_locations)
    sys.modules[_PACKAGE] = root
    return Path(root.__path__[0])


def _load_assembly(package: Path) -> Path | None:
    """Have Node load the package's assembly, cut to the listed submodules. If that fails, whole, with a notice.

    Returns the cut.
    """
    cut = None
    whole = next(package.glob("_jsii/*.jsii.tgz"))
    try:
        cut = kept_assembly(whole, set(_HOMES.values()), version("jsii"), cache.FOLDER)
    except Exception as error:  # noqa: BLE001  an optimisation must not prevent the start
        reason = getattr(error, "strerror", None) or error
        sys.stderr.write(f"synthesis starts slower: cannot use the cache {cache.FOLDER} ({reason})\n")
    else:
        jsii.load(_ASSEMBLY, whole.name.removesuffix(".jsii.tgz").partition("@")[2], str(cut))
    import_module(f"{_PACKAGE}._jsii")  # loads the whole one, unless one of that name and version is loaded
    return cut


_HOMES = _listed()
CUT: Path | None = None
"""The cut assembly that Node has loaded; None where it has loaded the whole one."""
if _PACKAGE not in sys.modules and not start.is_plain():
    CUT = _load_assembly(_bypass_package_root())

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:  # noqa: ANN401  any listed class
        """Import a class when it is first used: a spoke needs half of them, and each takes milliseconds."""
        if name not in _HOMES:
            raise AttributeError(f"{name} is not listed in {__name__}")
        globals()[name] = found = getattr(import_module(f"{_PACKAGE}.{_HOMES[name]}"), name)
        return found
