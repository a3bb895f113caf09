"""The picture of the README is the one that its script draws, of the network that the quickstart makes."""

from xml.etree import ElementTree as ET

from tools.draw_network import PICTURE, TOPOLOGY, picture
from topology import Design, design, read_topology

SVG = "{http://www.w3.org/2000/svg}"


def planned() -> Design:
    return design(read_topology(TOPOLOGY).topology)


def texts() -> list[str]:
    root = ET.fromstring(PICTURE.read_text(encoding="utf-8"))
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def test_the_committed_picture_is_the_one_that_the_script_draws() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(planned()), "run make picture"


def test_the_picture_names_every_account_vpc_and_subnet() -> None:
    (hub,), spokes = planned().hubs, planned().spokes
    shown = " ".join(texts())
    for account in (hub.account, *(spoke.account for spoke in spokes)):
        assert account.id in shown
    for vpc in (hub.vpc, *(spoke.vpc for spoke in spokes)):
        assert f"VPC {vpc.name}{vpc.cidr}" in shown
        for subnet in (*vpc.subnets, *vpc.attachment_subnets):
            assert subnet.cidr in shown


def test_the_picture_names_every_endpoint_inbound_address_and_rule() -> None:
    (hub,) = planned().hubs
    shown = texts()
    for endpoint in hub.endpoints:
        assert endpoint.service in shown
    for inbound in hub.dns.inbound:
        assert inbound.address in shown
    for rule in hub.dns.rules:
        assert any(rule.domain in text for text in shown)


def test_each_step_has_its_number_in_the_picture_and_in_the_legend() -> None:
    for number in range(1, 10):
        assert texts().count(str(number)) == 2


def test_the_picture_says_in_words_what_it_shows() -> None:
    root = ET.fromstring(PICTURE.read_text(encoding="utf-8"))
    assert root.attrib["role"] == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    for spoke in planned().spokes:
        assert spoke.name in str(title.text)
        assert spoke.vpc.cidr in str(description.text)
