"""Writes docs/reference/terraform.md: what the trace knows of each resource type, from the table that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from network.terraform.coverage.rows import Kind, Row
from network.terraform.coverage.table import KINDS, ROWS, RULES
from network.terraform.reader import READERS

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parent.parent / "docs/reference/terraform.md"
INTRODUCTION = """\
# Which resources are read
What [the trace](../guides/trace.md) knows of Terraform's resources: every type of the AWS provider is in these tables,
and every argument of the types that are read. The trace uses the same tables, and a test compares them with the schema
of the provider (`terraform providers schema -json`).

| decision | what it means |
|---|---|
| read | the trace takes it into account |
| irrelevant | it changes neither names nor packets, for the reason given |
| not modelled | it may change names, packets or both: what it may change is `undetermined` where it is set |

What may change is the resource itself; where the trace has no part for it, the VPC that it names, else the transit
gateway, else everything in its account. A type or argument that no table has, as of a newer provider, is not modelled.
Arguments without a value, and those with AWS's defaults as plans and states show them, leave nothing open; neither do
`depends_on`, `lifecycle` and the like. What is not modelled and set is listed in every report (`not modelled: …`), with
its address and the reason.

IPv6 is outside of what the trace says: it is listed, and changes no verdict. A service with an address in a subnet is
listed as well: it carries no packets for others, and every subnet is taken to have workloads. In a hub, its address is
one that no spoke should reach.
"""
WHAT = {
    "names": "names",
    "packets": "packets",
    "both": "names and packets",
    "IPv6": "listed",
    "addresses": "listed where it names a subnet",
}
REACH = {"named": "", "account": ", in its whole account", "organization": ", in every account"}


def page() -> str:
    """The page, whole."""
    others = KINDS.keys() - READERS.keys()
    parts = [
        INTRODUCTION,
        "## Types that are read\n",
        *(_arguments(KINDS[name]) for name in sorted(READERS)),
        "## Types that are not read, with arguments that are not modelled\n",
        *(_arguments(KINDS[name]) for name in sorted(others)),
        "## Other types of the networking services\n" + _types(ROWS),
        "## All other types\nThe longest beginning of a type's name that fits decides.\n\n"
        + _types({f"{name}*": row for name, row in RULES.items()}),
    ]
    return "\n".join(parts)


def _arguments(kind: Kind) -> str:
    rows = [
        (", ".join(f"`{path}`" for path, _ in found), *decision)
        for decision, found in _grouped((path, _decision(row)) for path, row in kind.arguments.items())
        if decision[0] != "reported"
    ]
    return f"### {kind.name}\n" + _table(("arguments", "decision", "reason"), rows)


def _types(rows: Mapping[str, Row]) -> str:
    found = _grouped((name, _decision(row)) for name, row in sorted(rows.items()))
    return _table(
        ("types", "decision", "reason"),
        [(", ".join(f"`{name}`" for name, _ in names), *decision) for decision, names in found],
    )


def _grouped(
    named: Iterable[tuple[str, tuple[str, str]]],
) -> Iterator[tuple[tuple[str, str], list[tuple[str, tuple[str, str]]]]]:
    """Names by what is decided about them: what is read first, and what is not modelled before what is irrelevant."""
    order = ("read", "not modelled", "irrelevant", "reported")

    def decided(each: tuple[str, tuple[str, str]]) -> tuple[int, str, str]:
        decision, reason = each[1]
        return order.index(next(word for word in order if decision.startswith(word))), decision, reason

    for _, found in groupby(sorted(named, key=decided), key=decided):
        every = list(found)
        yield every[0][1], every


def _decision(row: Row) -> tuple[str, str]:
    if row.status == "read" and row.usual:
        only = ", ".join(f"`{value}`" for value in row.usual)
        return f"read: {only}", f"any other value is not modelled: {row.reason} ({WHAT[row.about]})"
    if row.status == "not modelled":
        usual = f" other than {', '.join(f'`{value}`' for value in row.usual)}" if row.usual else ""
        return f"not modelled{usual}: {WHAT[row.about]}{REACH[row.reach]}", row.reason
    return row.status + (f", {WHAT[row.about]}" if row.about else ""), row.reason


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
