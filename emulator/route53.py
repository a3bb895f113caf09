"""Route 53: what makes a hosted zone a private one."""

from moto.core.responses import ActionResult
from moto.route53.responses import Route53

from emulator.mount import Extension


class Response(Route53):
    """The operation that moto gets wrong."""

    def create_hosted_zone(self) -> ActionResult:
        """CreateHostedZone: private where it names a VPC; moto wants PrivateZone too, which Terraform never sends.

        (CreateHostedZone, API reference: "if you want to create a private hosted zone, … specify … VPC".)
        """
        if self._get_param("VPC.VPCId"):
            self.params["HostedZoneConfig"] = {**(self._get_param("HostedZoneConfig") or {}), "PrivateZone": True}
        return super().create_hosted_zone()


EXTENSION = Extension("route53", response=Response)
