"""Names that go into other names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from findings import codes
from topology.checks.mistake import Mistake
from topology.models import Spoke
from topology.names import spoke_stack

__all__ = ["check_stack_names"]


def check_stack_names(spokes: Mapping[str, Spoke]) -> Iterator[Mistake]:
    """`spoke-a-b-c` can come from hub a, spoke b-c, and from hub a-b, spoke c: two stacks would share one state."""
    first: dict[str, str] = {}
    for name, spoke in spokes.items():
        if spoke is None or spoke.hub is None:
            continue
        stack = spoke_stack(spoke.hub, name)
        if stack in first:
            yield Mistake(
                codes.STACK_NAME_CLASH,
                ("spokes", name),
                f'its stack would be {stack}, as that of spoke "{first[stack]}"',
                "rename one of them",
                ("spokes", first[stack]),
            )
        first.setdefault(stack, name)
