"""Route 53: which hosted zones are private."""

from moto.core.responses import ActionResult
from moto.route53.responses import Route53

from emulator.mount import Extension


class Response(Route53):
    """An operation that moto gets wrong."""

    def create_hosted_zone(self) -> ActionResult:
        """CreateHostedZone: private if it names a VPC; moto also requires PrivateZone, which Terraform never sends.

        (CreateHostedZone, API reference: "if you want to create a private hosted zone, … specify … VPC".)
        """
        if self._get_param("VPC.VPCId"):
            self.params["HostedZoneConfig"] = {**(self._get_param("HostedZoneConfig") or {}), "PrivateZone": True}
        return super().create_hosted_zone()


EXTENSION = Extension("route53", response=Response)
