"""Draws the quickstart's network: `make picture` writes docs/network.svg.

Names, accounts, ranges, endpoints and addresses come from the topology's design; only the layout is decided here. It
writes plain SVG, so that the same topology gives the same bytes and diffs are readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path
from xml.sax.saxutils import escape

from topology import Design, design, read_topology
from topology.design import Endpoint, Forwarding, HubDesign, SpokeDesign, Subnet, Vpc
from topology.names import HUB_TABLE

__all__ = ["PICTURE", "TOPOLOGY", "picture"]

ROOT = Path(__file__).parent.parent
TOPOLOGY = ROOT / "examples" / "quickstart.yaml"
PICTURE = ROOT / "docs" / "network.svg"

INK, QUIET, RULE = "#1f2328", "#57606a", "#8c959f"
ACCOUNT, ACCOUNT_EDGE = "#f6f8fa", "#afb8c1"
VPC_FILL, VPC_EDGE = "#ffffff", "#6e56cf"
SUBNET, SUBNET_EDGE = "#f3f1fd", "#cfc8f4"
PART, PART_EDGE = "#ffffff", "#57606a"
DNS, HTTPS = "#0a5fd0", "#bc4c00"
TINT = {DNS: "#eaf2fe", HTTPS: "#fff3ea"}

WIDTH = 1000
ROW, ROW_GAP = 40, 6
"""The height of a zone's row, and the gap to the next."""


@dataclass(frozen=True)
class Box:
    """A rectangle defined by its edges, to align neighbours."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """The x of its vertical axis."""
        return (self.left + self.right) / 2

    @property
    def centre(self) -> float:
        """The y of its horizontal axis."""
        return (self.top + self.bottom) / 2


@dataclass
class Canvas:
    """Collects SVG elements. Lines and their numbers are always on top, whenever they are drawn."""

    shapes: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    badges: list[str] = field(default_factory=list)

    def box(self, box: Box, fill: str, edge: str, *, radius: float = 4, width: float = 1, dash: str = "") -> None:
        """Draw a rectangle."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.shapes.append(
            f'<rect x="{box.left:g}" y="{box.top:g}" width="{box.right - box.left:g}" '
            f'height="{box.bottom - box.top:g}" rx="{radius:g}" fill="{fill}" stroke="{edge}" '
            f'stroke-width="{width:g}"{dashes}/>'
        )

    def text(
        self, x: float, y: float, words: str, *, size: float = 12, ink: str = INK, bold: bool = False, at: str = "start"
    ) -> None:
        """Write a line of text whose baseline is at y."""
        weight = ' font-weight="bold"' if bold else ""
        anchor = f' text-anchor="{at}"' if at != "start" else ""
        self.shapes.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{ink}"{weight}{anchor}>{escape(words)}</text>'
        )

    def titled(self, x: float, y: float, title: str, words: str, *, size: float = 12, gap: float = 6) -> None:
        """Write a bold title, then the rest."""
        self.shapes.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{INK}"><tspan font-weight="bold">{escape(title)}'
            f'</tspan><tspan dx="{gap:g}">{escape(words)}</tspan></text>'
        )

    def path(self, points: Sequence[tuple[float, float]], colour: str, *, arrow: bool = True) -> None:
        """Draw a path through points: dashed for DNS, solid for HTTPS, thin for connections without traffic."""
        way = " ".join(f"{'L' if index else 'M'}{x:g} {y:g}" for index, (x, y) in enumerate(points))
        style = {DNS: 'stroke-width="2.5" stroke-dasharray="7 4"', HTTPS: 'stroke-width="2.5"'}.get(
            colour, 'stroke-width="1.25"'
        )
        head = f' marker-end="url(#{"dns" if colour == DNS else "https"})"' if arrow else ""
        self.lines.append(f'<path d="{way}" fill="none" stroke="{colour}" {style} stroke-linejoin="round"{head}/>')

    def badge(self, x: float, y: float, number: int, colour: str) -> None:
        """Number a step: hollow for DNS, filled for HTTPS, so that they differ even without colour."""
        fill, ink = (VPC_FILL, DNS) if colour == DNS else (HTTPS, VPC_FILL)
        self.badges.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="9.5" fill="{fill}" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{x:g}" y="{y + 4:g}" font-size="12" font-weight="bold" fill="{ink}" text-anchor="middle">'
            f"{number}</text>"
        )


def picture(planned: Design) -> str:
    """The picture of a design's first hub and its first two spokes, as SVG."""
    hub = planned.hubs[0]
    # The spoke whose packets are followed comes first: the one with a test instance, if there is one.
    spokes = sorted((s for s in planned.spokes if s.hub == hub.name), key=lambda s: s.test_instance is None)[:2]
    # The endpoint that is called is next to the attachment, where its packets come from.
    called = next((e for e in hub.endpoints if e.service == "kms"), hub.endpoints[0])
    endpoints = [*(e for e in hub.endpoints if e is not called), called]

    canvas = Canvas()
    depth = len(hub.vpc.subnets) * (ROW + ROW_GAP) - ROW_GAP
    hub_account = Box(24, 48, 976, 370 + depth)
    ports = _hub(canvas, hub_account, hub, endpoints)
    leaves = _gateway(canvas, Box(430, hub_account.bottom - 140, 962, hub_account.bottom - 14), hub, spokes)
    rule = Box(38, hub_account.bottom - 140, 400, hub_account.bottom - 14)
    _rule(canvas, rule, hub)

    # 3 to 5: the Resolver service, on the left; 8 and 9: the transit gateway, on the right.
    canvas.path([(ports.outbound.middle, rule.top), (ports.outbound.middle, ports.outbound.bottom + 2)], DNS)
    canvas.badge(ports.outbound.middle, rule.top - 18, 3, DNS)
    ask = ports.row.centre
    canvas.path([(ports.outbound.right - 7, ask), (ports.inbound.left + 5, ask)], DNS)
    canvas.badge((ports.outbound.right + ports.inbound.left) / 2, ask, 4, DNS)
    canvas.path([(ports.inbound.middle, ports.inbound.top), (ports.inbound.middle, ports.resolver.bottom + 2)], DNS)
    canvas.badge(ports.inbound.middle, (ports.inbound.top + ports.resolver.bottom) / 2 + 2, 5, DNS)
    canvas.badge(ports.attachment.middle, rule.top - 18, 8, HTTPS)
    canvas.path([(ports.attachment.left + 6, ask), (ports.called.right - 5, ask)], HTTPS)
    canvas.badge((ports.attachment.left + ports.called.right) / 2 + 2, ask, 9, HTTPS)
    canvas.path(
        [
            (leaves.right, leaves.top),
            (leaves.right + 12, leaves.top),
            (leaves.right + 12, rule.top + 32),
            (ports.attachment.middle, rule.top + 32),
            (ports.attachment.middle, ports.attachment.bottom + 2),
        ],
        HTTPS,
    )

    top = hub_account.bottom + 46
    bottom = top + 32 + 66 + depth + 94
    accounts = (Box(24, top, 596, bottom), Box(612, top, 976, bottom))
    for index, (account, spoke) in enumerate(zip(accounts, spokes, strict=False)):
        _spoke(canvas, account, spoke, followed=index == 0, rule=rule, gateway_bottom=hub_account.bottom - 14)
    canvas.text(334, hub_account.bottom + 20, "The Resolver service carries the query;", size=11, ink=DNS, at="end")
    canvas.text(334, hub_account.bottom + 35, "it does not cross the transit gateway.", size=11, ink=DNS, at="end")

    organization = Box(10, 10, 990, bottom + 14)
    height = _legend(canvas, organization.bottom + 12, hub, spokes[0], called)
    return _document(hub, spokes, canvas, organization, height)


@dataclass(frozen=True)
class Ports:
    """Where paths meet the hub's VPC."""

    resolver: Box
    outbound: Box
    inbound: Box
    called: Box
    attachment: Box
    row: Box


def _hub(canvas: Canvas, account: Box, hub: HubDesign, endpoints: Sequence[Endpoint]) -> Ports:
    """The hub's account with its VPC: a row for each zone, a column for each part that is in several zones."""
    zones = [subnet.zone for subnet in hub.vpc.subnets]
    _account(canvas, account, "Hub account", hub.account.id)
    top = account.top + 32 + 98
    last = top + len(zones) * (ROW + ROW_GAP) - ROW_GAP
    vpc = Box(38, account.top + 32, 962, last + 34)
    _vpc(canvas, vpc, hub.vpc)
    rows = _rows(canvas, hub.vpc.subnets, Box(50, top, 782, last))

    resolver = Box(282, vpc.top + 9, 774, vpc.top + 35)
    canvas.box(resolver, TINT[DNS], DNS)
    called = endpoints[-1].service
    words = f"{_resolver_of(hub.vpc)} answers with the private addresses of {called}"
    canvas.titled(resolver.left + 12, resolver.top + 17, "VPC resolver", words)

    outbound, inbound = Box(146, top - 26, 238, last + 5), Box(282, top - 26, 374, last + 5)
    addresses = {at.zone: at.address for at in hub.dns.inbound}
    _column(canvas, outbound, "outbound", dict.fromkeys(zones, "any free"), rows, colour=DNS)
    _column(canvas, inbound, "inbound", addresses, rows, colour=DNS)
    canvas.text((outbound.left + outbound.right) / 2, top - 32, "Resolver endpoint", size=11, ink=QUIET, at="middle")
    left, right, gap = 394, 774, 4
    width = (right - left + gap) / len(endpoints) - gap
    canvas.text((left + right) / 2, top - 32, "Interface endpoints, private DNS on", size=11, ink=QUIET, at="middle")
    ports = {group.id: group.ports for group in hub.groups}
    column = outbound
    for index, endpoint in enumerate(endpoints):
        column = Box(left + index * (width + gap), top - 26, left + index * (width + gap) + width, last + 5)
        cells = dict.fromkeys(endpoint.zones, f"tcp {_listed(map(str, ports[endpoint.group]))}")
        _column(canvas, column, endpoint.service, cells, rows, colour=HTTPS)

    attachment = Box(836, top - 26, 950, last + 5)
    canvas.text(attachment.middle, top - 32, "Gateway", size=11, ink=QUIET, at="middle")
    ranges = {subnet.zone: subnet.cidr for subnet in hub.vpc.attachment_subnets}
    _column(canvas, attachment, "attachment", ranges, rows, colour=HTTPS)
    note = f"Route: {_listed(pool.cidr for pool in hub.pools)} → transit gateway.  The endpoints allow "
    canvas.text(282, last + 24, note + _listed(source.cidr for source in hub.sources) + ".", size=11, ink=QUIET)
    return Ports(resolver, outbound, inbound, column, attachment, rows[zones[0]])


def _rule(canvas: Canvas, card: Box, hub: HubDesign) -> None:
    """The forwarding rules and their share."""
    canvas.box(card, PART, DNS, radius=6, width=1.5)
    domains = [rule.domain for rule in hub.dns.rules]
    canvas.titled(card.left + 14, card.top + 22, "Forwarding rule", domains[0], size=13)
    rest = (
        f"and {len(domains) - 1} more" if len(domains) > 1 else "Names below it are sent out of the outbound endpoint"
    )
    canvas.text(card.left + 14, card.top + 44, rest)
    canvas.text(card.left + 14, card.top + 61, "to the fixed addresses of the inbound endpoint:")
    canvas.text(card.left + 14, card.top + 78, _listed(at.address for at in hub.dns.inbound), bold=True)
    _share(canvas, card, f"{hub.name}-rules", hub, DNS)


def _gateway(canvas: Canvas, card: Box, hub: HubDesign, spokes: Sequence[SpokeDesign]) -> Box:
    """The transit gateway, its tables and its share; returns where the route to the hub leaves its table."""
    canvas.box(card, PART, HTTPS, radius=6, width=1.5)
    canvas.titled(card.left + 14, card.top + 22, "Transit gateway", f"ASN {hub.asn}", size=13)
    segment = spokes[0].segment
    members = [spoke for spoke in spokes if spoke.segment == segment]
    tables = (
        (segment, [s.name for s in members], [(hub.vpc.cidr, hub.name)]),
        (HUB_TABLE, [hub.name], [(s.vpc.cidr, s.name) for s in spokes if HUB_TABLE in s.propagations]),
    )
    left, width = card.left + 12, 242
    leaves = card
    for name, associated, routes in tables:
        box = Box(left, card.top + 40, left + width, card.bottom - 30)
        canvas.box(box, ACCOUNT, ACCOUNT_EDGE)
        canvas.titled(box.left + 9, box.top + 16, f"Table {name}", f"for {_listed(associated)}", size=11)
        for index, (cidr, target) in enumerate(routes):
            y = box.top + 33 + 15 * index
            canvas.text(box.left + 9, y, f"{cidr} → {target}", size=11)
            if name == segment and index == 0:
                leaves = Box(box.left, y - 4, box.right, y)
        left += width + 24
    _share(canvas, card, f"{hub.name}-gateway", hub, HTTPS)
    return leaves


def _share(canvas: Canvas, card: Box, name: str, hub: HubDesign, colour: str) -> None:
    canvas.shapes.append(
        f'<path d="M{card.left:g} {card.bottom - 24:g}H{card.right:g}V{card.bottom - 6:g}'
        f"a6 6 0 0 1 -6 6H{card.left + 6:g}a6 6 0 0 1 -6 -6z"
        f'" fill="{TINT[colour]}" stroke="{colour}" stroke-width="1.5"/>'
    )
    organization = hub.organization_arn.rpartition("/")[2]
    canvas.titled(card.left + 14, card.bottom - 8, f"RAM share {name}", f"with {organization}", size=11)


def _spoke(
    canvas: Canvas, account: Box, spoke: SpokeDesign, *, followed: bool, rule: Box, gateway_bottom: float
) -> None:
    """A spoke's account with its VPC, and the paths of the spoke that is followed."""
    zones = [subnet.zone for subnet in spoke.vpc.subnets]
    _account(canvas, account, "Spoke account", spoke.account.id)
    top = account.top + 32 + 66
    last = top + len(zones) * (ROW + ROW_GAP) - ROW_GAP
    vpc = Box(account.left + 14, account.top + 32, account.right - 14, last + 72)
    _vpc(canvas, vpc, spoke.vpc)
    attachment = Box(vpc.right - 112, top - 24, vpc.right - 10, last + 5)
    subnets = Box(vpc.left + 12, top, attachment.left - (46 if followed else 20), last)
    rows = _rows(canvas, spoke.vpc.subnets, subnets)
    ranges = {subnet.zone: subnet.cidr for subnet in spoke.vpc.attachment_subnets}
    _column(canvas, attachment, "attachment", ranges, rows, colour=HTTPS)

    facts = [
        ("Rule association", _listed(f.domain for f in spoke.dns.rules)),
        *((("SYSTEM rule", _listed(f.domain for f in spoke.dns.exemptions)),) if spoke.dns.exemptions else ()),
        ("Route", f"{_listed(to.cidr for to in spoke.destinations)} → transit gateway"),
    ]
    for index, (what, words) in enumerate(facts):
        canvas.titled(vpc.left + 14, last + 20 + 16 * index, what, words, size=11)
    for index, service in enumerate(spoke.gateway_endpoints):
        right = vpc.right - 10 - 150 * index
        gate = Box(right - 140, vpc.bottom - 11, right, vpc.bottom + 11)
        canvas.box(gate, PART, PART_EDGE)
        canvas.text(gate.middle, gate.bottom - 7, f"{service} gateway endpoint", size=11, at="middle")

    if not followed or spoke.test_instance is None:
        canvas.path([(attachment.middle, attachment.top), (attachment.middle, gateway_bottom)], RULE, arrow=False)
        return
    row = rows[spoke.test_instance.zone]
    instance = Box(subnets.right - 136, row.top + 4, subnets.right - 8, row.bottom - 4)
    resolver = Box(instance.left - 24, vpc.top + 7, instance.right + 4, vpc.top + 31)
    canvas.box(resolver, TINT[DNS], DNS)
    canvas.titled(resolver.left + 10, resolver.top + 16, "VPC resolver", _resolver_of(spoke.vpc), size=11, gap=5)
    canvas.box(instance, PART, PART_EDGE, width=1.5)
    canvas.text(instance.middle, instance.top + 14, "test instance", size=11, bold=True, at="middle")
    canvas.text(instance.middle, instance.top + 27, spoke.test_instance.type, size=10.5, ink=QUIET, at="middle")
    x = instance.middle
    canvas.path([(x, instance.top), (x, resolver.bottom + 2)], DNS)
    canvas.badge(x, (instance.top + resolver.bottom) / 2 + 3, 1, DNS)
    canvas.path([(x, resolver.top), (x, rule.bottom + 2)], DNS)
    canvas.badge(x, account.top - 16, 2, DNS)
    canvas.path([(instance.right, row.centre), (attachment.left + 5, row.centre)], HTTPS)
    canvas.badge((subnets.right + attachment.left) / 2, row.centre, 6, HTTPS)
    canvas.path([(attachment.middle, attachment.top), (attachment.middle, gateway_bottom + 2)], HTTPS)
    canvas.badge(attachment.middle, account.top - 16, 7, HTTPS)


def _account(canvas: Canvas, box: Box, title: str, account: str) -> None:
    canvas.box(box, ACCOUNT, ACCOUNT_EDGE, radius=8)
    canvas.titled(box.left + 14, box.top + 22, title, account, size=13)


def _vpc(canvas: Canvas, box: Box, vpc: Vpc) -> None:
    canvas.box(box, VPC_FILL, VPC_EDGE, radius=6, width=1.5)
    canvas.titled(box.left + 14, box.top + 23, f"VPC {vpc.name}", vpc.cidr)


def _rows(canvas: Canvas, subnets: Sequence[Subnet], area: Box) -> dict[str, Box]:
    """A row for each zone's subnet."""
    rows = {}
    for index, subnet in enumerate(subnets):
        top = area.top + index * (ROW + ROW_GAP)
        row = rows[subnet.zone] = Box(area.left, top, area.right, top + ROW)
        canvas.box(row, SUBNET, SUBNET_EDGE)
        canvas.text(row.left + 9, row.top + 17, subnet.zone, size=11, bold=True)
        canvas.text(row.left + 9, row.top + 32, subnet.cidr, size=11, ink=QUIET)
    return rows


def _column(canvas: Canvas, box: Box, title: str, cells: dict[str, str], rows: dict[str, Box], *, colour: str) -> None:
    """A part that is in several zones, with its details in each."""
    canvas.box(box, TINT[colour], colour)
    canvas.text(box.middle, box.top + 17, title, size=10.5, bold=True, at="middle")
    for zone, words in cells.items():
        cell = Box(box.left + 5, rows[zone].top + 6, box.right - 5, rows[zone].bottom - 6)
        canvas.box(cell, PART, colour, radius=3)
        canvas.text(cell.middle, cell.centre + 4, words, size=11, at="middle")


def _legend(canvas: Canvas, top: float, hub: HubDesign, spoke: SpokeDesign, called: Endpoint) -> float:
    """Explain the numbers; returns the height of the picture."""
    region = hub.account.region
    columns: tuple[tuple[float, str, str, int, Sequence[str]], ...] = (
        (
            24,
            DNS,
            f"DNS query: {called.service}.{region}.amazonaws.com",
            1,
            (
                "The instance queries its VPC's resolver.",
                "The associated rule matches the query.",
                "The Resolver service passes it to the outbound endpoint.",
                "That forwards it to the inbound endpoint, port 53.",
                "The hub's resolver answers; the response takes the same path.",
            ),
        ),
        (
            510,
            HTTPS,
            "HTTPS packet: tcp 443 to that address",
            6,
            (
                "The spoke's route leads to its attachment.",
                "The attachment passes it to the transit gateway.",
                f"Table {spoke.segment} leads to the hub's attachment.",
                "The hub's VPC delivers it to the endpoint.",
            ),
        ),
    )
    for left, colour, title, first, steps in columns:
        canvas.path([(left, top + 10), (left + 34, top + 10)], colour)
        canvas.text(left + 46, top + 14, title, bold=True, ink=colour)
        for index, step in enumerate(steps):
            y = top + 36 + 22 * index
            canvas.badge(left + 10, y, first + index, colour)
            canvas.text(left + 28, y + 4, step, size=11.5)
    canvas.text(510, top + 36 + 22 * 4 + 4, f"Back: the hub's route, then table {HUB_TABLE}.", size=11.5, ink=QUIET)
    return top + 36 + 22 * 4 + 22


def _document(hub: HubDesign, spokes: Sequence[SpokeDesign], canvas: Canvas, organization: Box, height: float) -> str:
    frame = Canvas()
    frame.box(Box(0.5, 0.5, WIDTH - 0.5, height - 0.5), "#ffffff", "#d0d7de", radius=10)
    frame.box(organization, "none", QUIET, radius=10, dash="2 3")
    frame.titled(24, 35, "AWS Organization", hub.organization_arn.rpartition("/")[2], size=14)
    frame.text(976, 35, f"Region {hub.account.region}", size=13, ink=QUIET, at="end")
    names = _listed(f"{spoke.name} ({spoke.vpc.cidr}, account {spoke.account.id})" for spoke in spokes)
    described = (
        f"Hub {hub.name} in account {hub.account.id} has a VPC {hub.vpc.cidr} with interface endpoints for "
        f"{_listed(endpoint.service for endpoint in hub.endpoints)}, an inbound resolver endpoint at "
        f"{_listed(at.address for at in hub.dns.inbound)}, an outbound resolver endpoint and a transit gateway. The "
        f"forwarding rule for {_domains(hub.dns.rules)} and the transit gateway are shared with the organization. "
        f"Spokes: {names}. A DNS query goes from the instance to the VPC's resolver, by the associated rule to the "
        "outbound endpoint and on to the inbound endpoint, and the hub's resolver answers with private addresses; it "
        "does not cross the transit gateway. An HTTPS packet goes from the instance to the spoke's attachment, through "
        "the transit gateway to the hub's attachment and to the endpoint."
    )
    title = f"Network of hub {hub.name} and spokes {_listed(spoke.name for spoke in spokes)}"
    markers = "".join(
        f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z" fill="{colour}"/></marker>'
        for name, colour in (("dns", DNS), ("https", HTTPS))
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}" '
        f'viewBox="0 0 {WIDTH} {height:g}" font-family="sans-serif" role="img" aria-labelledby="title desc">'
    )
    return "\n".join(
        [
            head,
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="desc">{escape(described)}</desc>',
            f"<defs>{markers}</defs>",
            *frame.shapes,
            *canvas.shapes,
            *canvas.lines,
            *canvas.badges,
            "</svg>\n",
        ]
    )


def _resolver_of(vpc: Vpc) -> str:
    """The address of a VPC's resolver: base + 2."""
    return str(IPv4Network(vpc.cidr)[2])


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _domains(rules: Iterable[Forwarding]) -> str:
    return _listed(rule.domain for rule in rules)


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(picture(design(read_topology(TOPOLOGY).topology)), encoding="utf-8")


if __name__ == "__main__":
    main()
