"""Writes docs/reference/findings.md: a section for each code of `findings.codes`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from findings import codes
from findings.codes import Code

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parent.parent / "docs/reference/findings.md"
GROUPS = {
    "1": ("The topology", "`./hub check`, and every verb that reads a topology."),
    "2": ("Preflight", "`./hub preflight`. Each is a check in one account and region."),
    "3": ("The trace", "`./hub trace`, and every verb that synthesises."),
    "4": ("The deployed network", "`./hub verify`. Each is a check of one hub or spoke."),
}
"""By the first digit: the heading, and which verbs report the codes."""
INTRODUCTION = """\
# Findings
`check`, `preflight`, `trace` and `verify` report findings in the same form. Each has a severity, and a code that never
changes its meaning:

| severity | what it means | exit status |
| --- | --- | --- |
| `failed` | it would not work, or would do harm | 1 (`check`: 2) |
| `unknown` | it could not be determined, so it is not proved | 1 (`preflight`: 0) |
| `warning` | it works, or may be intended | 0 |
| `ok` | nothing is wrong | 0 |

`--format` takes `table`, `json`, `junit`, `markdown` and `sarif`. The JSON has a
[schema](../../schema/findings.schema.json) with a version; details of a single verb are under `facts`. In JUnit, a
finding that could not be determined is an error, not a failure. SARIF puts findings on the lines of the topology, so
that code review tools show them beside a change:

```sh
./hub check network.yaml --format sarif > check.sarif
./hub trace network.yaml --format sarif > trace.sarif
```
"""


def page() -> str:
    """The page, whole."""
    parts = [INTRODUCTION]
    for digit, found in groupby(codes.every(), key=lambda code: code.id.removeprefix("HUB")[0]):
        title, verbs = GROUPS[digit]
        parts.append(f"## {title}\n{verbs}\n")
        parts += map(_section, found)
    return "\n".join(parts)


def _section(code: Code) -> str:
    return f"### {code.id}: {code.title}\n{code.meaning}\n\n```\n{code.example}\n```\n\n**Fix:** {code.fix}\n"


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
