"""Recorded parameters, by account, region and name."""

import json

import pytest

from network.aws.parameters import read_parameters
from network.aws.reader import SnapshotError
from network.model import Unknown
from tests.network.aws.recorded import HUB, REGION, Recorded

NAME = "/endpoint-hub/core/contract"


def test_a_parameter_goes_by_its_account_region_and_name() -> None:
    ((place, text),) = read_parameters(Recorded().files).items()
    assert place == (HUB, REGION, NAME)
    assert json.loads(text)["version"] == 1


def test_without_accounts_in_the_path_the_contents_say_whose_it_is() -> None:
    files = {path.split(f"{HUB}/")[1]: text for path, text in Recorded().files.items() if f"/{HUB}/{REGION}/" in path}
    for below in (f"aws_configs/{REGION}/", "aws_configs/"):
        found = read_parameters({f"{below}{path.rpartition('/')[2]}": text for path, text in files.items()})
        assert list(found) == [(HUB, REGION, NAME)], below
    (place,) = read_parameters({"aws_configs/Parameters.json": Recorded().files[Recorded.path("Parameters")]})
    assert isinstance(place[0], Unknown)


def test_what_has_no_value_is_no_parameter() -> None:
    recorded = Recorded()
    recorded.items("Parameters")[0].pop("Value")
    assert read_parameters(recorded.files) == {}
    assert read_parameters({}) == {}


def test_a_file_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(SnapshotError, match=r"Parameters\.json: not JSON"):
        read_parameters({Recorded.path("Parameters"): b"{"})
