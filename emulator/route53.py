"""Route 53: which hosted zones are private, and one of a name for each VPC."""

from moto.core.responses import ActionResult
from moto.route53.exceptions import Route53ClientError
from moto.route53.models import route53_backends
from moto.route53.responses import Route53

from emulator.backends import in_region
from emulator.mount import Extension


class Response(Route53):
    """Operations that moto gets wrong."""

    def create_hosted_zone(self) -> ActionResult:
        """CreateHostedZone: private if it names a VPC; moto also requires PrivateZone, which Terraform never sends.

        (CreateHostedZone, API reference: "if you want to create a private hosted zone, … specify … VPC".)
        """
        if self._get_param("VPC.VPCId"):
            self._check_name(self._get_param("Name"), self._get_param("VPC.VPCId"))
            self.params["HostedZoneConfig"] = {**(self._get_param("HostedZoneConfig") or {}), "PrivateZone": True}
        return super().create_hosted_zone()

    def associate_vpc_with_hosted_zone(self) -> ActionResult:
        """AssociateVPCWithHostedZone: refused if the VPC has a zone of the name; moto gives it both."""
        self._check_name(
            self.backend.get_hosted_zone(self._get_param("HostedZoneId")).name, self._get_param("VPC.VPCId")
        )
        return super().associate_vpc_with_hosted_zone()

    @staticmethod
    def _check_name(name: str, vpc_id: str) -> None:
        """A VPC takes one zone of a name (AssociateVPCWithHostedZone, API reference: ConflictingDomainExists)."""
        for backend in in_region(route53_backends, "aws"):
            for zone in backend.zones.values():
                if zone.name.rstrip(".") == name.rstrip(".") and any(each["vpc_id"] == vpc_id for each in zone.vpcs):
                    raise Route53ClientError(
                        "ConflictingDomainExists",
                        f"The VPC {vpc_id} is already associated with another hosted zone of the name {zone.name}",
                    )


EXTENSION = Extension("route53", response=Response)
