"""Tags that the resources of a topology take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from findings import codes
from topology.checks.mistake import Mistake
from topology.models import Spoke
from topology.names import OWN_TAGS

__all__ = ["check_tags"]


def check_tags(tags: Mapping[str, str], spokes: Mapping[str, Spoke]) -> Iterator[Mistake]:
    """No two keys differ in case only where a test instance has a role: IAM takes them for one key.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
    """
    tested = [name for name, spoke in spokes.items() if spoke is not None and spoke.test_instance and not spoke.absent]
    if not tested:
        return
    first = {key.lower(): key for key in OWN_TAGS}
    for key in tags:
        other = first.setdefault(key.lower(), key)
        if other != key:
            own = ", a tag of this project," if other in OWN_TAGS else ""
            yield Mistake(
                codes.TAGS_DIFFER_IN_CASE,
                ("tags", key),
                f'"{key}" and "{other}"{own} are one key to IAM, where the test instance of "{tested[0]}" has a role',
                "keep one of them, or choose another key",
            )
