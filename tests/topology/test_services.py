import re

import pytest

from topology.services import HTTPS, Service, catalogue

EVERY = [pytest.param(service, id=key) for key, service in catalogue().items()]


def test_the_catalogue_is_in_alphabetical_order() -> None:
    assert list(catalogue()) == sorted(catalogue())
    assert len(catalogue()) > 200


def test_no_two_services_share_an_endpoint_service() -> None:
    names = [service.service_name for service in catalogue().values() if service.service_name]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_no_two_services_answer_the_same_name(region: str) -> None:
    # Two endpoints with the same private DNS name cannot be in one VPC.
    names = [name for service in catalogue().values() for name in service.names_in(region)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("service", EVERY)
def test_each_row_is_well_formed(service: Service) -> None:
    assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", service.key), "a key is part of an id, with its dots replaced"
    assert service.confidence in ("verified", "corroborated", "derived", "unverified")
    assert service.source
    assert service.private_dns in (True, False, None)
    assert service.ports
    assert list(service.ports) == sorted(set(service.ports))
    assert all(isinstance(port, int) and 0 < port < 65536 for port in service.ports)
    assert all(re.fullmatch(r"[a-z]{3,5}\d-az\d", zone) for zone in service.unavailable_zones)
    assert all(note.endswith(".") for note in service.notes), "notes are sentences"
    if service.service_name is not None:
        assert re.fullmatch(r"(com|aws|api)(\.[a-z0-9-]+|\.\{region\})+", service.service_name)


@pytest.mark.parametrize("service", EVERY)
def test_each_service_that_can_be_offered_answers_a_name(service: Service) -> None:
    if service.private_dns is False:
        assert service.private_dns_names == ()
        assert service.notes, "the note is the fix that the refusal offers"
        return
    assert service.private_dns_names
    for name in service.names_in("us-east-1"):
        assert re.fullmatch(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+", name), name
        assert name.endswith((".amazonaws.com", ".api.aws", ".sagemaker.aws"))


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("kms", ["kms.eu-west-1.amazonaws.com"]),
        ("ecr.api", ["api.ecr.eu-west-1.amazonaws.com"]),
        ("kinesis-streams", ["kinesis.eu-west-1.amazonaws.com"]),
        ("kinesis-firehose", ["firehose.eu-west-1.amazonaws.com"]),
        ("sagemaker.api", ["api.sagemaker.eu-west-1.amazonaws.com"]),
        ("iam", ["iam.amazonaws.com"]),
        ("organizations", ["organizations.us-east-1.amazonaws.com"]),
        ("eks-auth", ["eks-auth.eu-west-1.api.aws"]),
        (
            "monitoring",
            [
                "monitoring.eu-west-1.amazonaws.com",
                "monitoring.eu-west-1.api.aws",
                "monitoring-fips.eu-west-1.amazonaws.com",
                "monitoring-fips.eu-west-1.api.aws",
            ],
        ),
    ],
)
def test_private_dns_names_are_the_services_and_not_made_from_the_key(key: str, names: list[str]) -> None:
    assert list(catalogue()[key].names_in("eu-west-1")) == names


def test_a_registry_answers_all_its_accounts() -> None:
    assert "*.dkr.ecr.eu-west-1.amazonaws.com" in catalogue()["ecr.dkr"].names_in("eu-west-1")


def test_only_two_services_listen_elsewhere_than_https() -> None:
    assert {key: service.ports for key, service in catalogue().items() if service.ports != HTTPS} == {
        "cassandra": (9142,),
        "email-smtp": (465, 587, 2465, 2587),
    }


def test_four_services_have_no_private_dns() -> None:
    assert {key: service.service_name for key, service in catalogue().items() if service.private_dns is False} == {
        "dynamodb": "com.amazonaws.{region}.dynamodb",
        "ecr-public": None,
        "iot.credentials": "com.amazonaws.{region}.iot.credentials",
        "iot.data": "com.amazonaws.{region}.iot.data",
    }


def test_global_services_have_one_endpoint_service_for_all_regions() -> None:
    found = {key: service.name_in("eu-west-1") for key, service in catalogue().items() if service.is_global}
    assert found == {
        "cloudfront": "com.amazonaws.cloudfront",
        "iam": "com.amazonaws.iam",
        "route53": "com.amazonaws.route53",
        "s3-global.accesspoint": "com.amazonaws.s3-global.accesspoint",
        "savingsplans": "com.amazonaws.savingsplans",
    }


def test_a_service_without_an_endpoint_has_no_endpoint_name() -> None:
    with pytest.raises(ValueError, match=r"^ecr-public has no interface endpoint$"):
        catalogue()["ecr-public"].name_in("us-east-1")
