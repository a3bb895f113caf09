"""Writes what docs/reference/snapshot.md says of fields, from the rows of `network.aws.coverage`: `make reference`.

The part between the two marks is replaced; the rest of the page is written by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from network.aws.coverage import FILES, OTHER_FILES
from network.aws.coverage.fields import EVERYWHERE, Default, Field, Use
from tools.write_reference import BEGIN, END

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "snapshot.md"
ABOUT = {"names": "names", "packets": "packets", "both": "names and packets"}


def page(text: str) -> str:
    """The page with its rows regenerated."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} lacks its marks: {BEGIN.strip()} and {END.strip()}")
    return f"{before}{begin}\n{''.join(_sections())}{end}{after}"


def _sections() -> Iterator[str]:
    yield _section("Every file", EVERYWHERE.values())
    for file, fields in FILES.items():
        if fields[0].path:
            yield _section(f"`{file}`", fields)
    whole = [*((file, fields[0].why) for file, fields in FILES.items() if not fields[0].path), *OTHER_FILES.items()]
    yield "### Files of which nothing is read\n| file | why |\n| --- | --- |\n"
    yield from (f"| `{file}` | {why} |\n" for file, why in sorted(whole))
    yield "\n"


def _section(title: str, fields: Iterable[Field]) -> str:
    """The fields of a file: those of one reason on one line."""
    lines = [_line(reason, list(found)) for reason, found in groupby(sorted(fields, key=_reason), key=_reason)]
    return f"### {title}\n" + "".join(lines) + "\n"


def _reason(field: Field) -> tuple[int, str, str, tuple[str, ...]]:
    """What fields of one line have in common, in the order of the lines."""
    return list(Use).index(field.use), field.about, field.why, tuple(map(_neutral, field.neutral))


def _line(reason: tuple[int, str, str, tuple[str, ...]], fields: list[Field]) -> str:
    _, about, why, neutral = reason
    paths = ", ".join(sorted(f"`{field.path}`" for field in fields))
    use = fields[0].use
    if use is Use.NOT_MODELLED:
        unless = f" Neutral: {', '.join(neutral)}." if neutral else ""
        return f"- **not modelled** ({ABOUT[about]}): {paths}: {why}.{unless}\n"
    return f"- {use.value}: {paths}{why and f': {why}'}.\n"


def _neutral(value: object) -> str:
    if isinstance(value, Default):
        return value.text
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
