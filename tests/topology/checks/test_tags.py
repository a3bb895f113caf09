"""Tags that the resources of a topology take."""

import pytest

from tests.topology.sound import changed, in_spoke, on_top, problems_of


@pytest.mark.parametrize(
    ("tags", "key", "other"),
    [
        ("{owner: a, Owner: b}", "Owner", '"owner"'),
        ("{name: a}", "name", '"Name", a tag of this project,'),
        ('{"Hub:Part": a}', "Hub:Part", '"hub:part", a tag of this project,'),
    ],
)
def test_tags_that_differ_in_case_only_are_refused_where_a_role_has_them(tags: str, key: str, other: str) -> None:
    instance = in_spoke("test_instance: true")
    assert problems_of(changed(on_top(f"tags: {tags}"), instance)) == [
        f'network.yaml:2 tags.{key}: "{key}" and {other} are one key to IAM, where the test instance of "payments" has a role; keep one of them, or choose another key'
    ]
    assert problems_of(changed(on_top(f"tags: {tags}"))) == [], "without a role every service takes them"
    absent = in_spoke("absent: true")
    assert problems_of(changed(on_top(f"tags: {tags}"), instance, absent)) == [], "an absent spoke has no role"
