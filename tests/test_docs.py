"""What the pages link to, and the commands and pages that are named anywhere, exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import typer

from cli.app import VERBS, app

ROOT = Path(__file__).parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("bench/results/*.md"))]
# A release says what the commands were called then.
CURRENT = [page for page in PAGES if page.name != "CHANGELOG.md"]

LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]*)\)|!\[[^\]]*\]\(([^)\s]*)\)")
WEB = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(/[\w./~%?=&+,@:#-]*)?")
FENCE = re.compile(r"^\s*```")
CODE = re.compile(r"`[^`\n]+`")
COMMAND = re.compile(r"\./hub ([a-z][a-z-]*)([^`\n#|;]*)")
TARGET = re.compile(r"(?:^\s*|`|&& )make ([a-z][a-z-]*(?: [a-z][a-z-]*)*)", re.MULTILINE)
AVOIDED = re.compile(
    r"\b(lets? (nothing )?pass|is let pass|mend(s|ed)?|strays?|stands twice|the way back|one too many)\b"
)
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")


def lines_of(text: str) -> Iterator[tuple[int, str, bool]]:
    """Each line with its number, and whether it is within a fenced block."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            fenced = not fenced
            continue
        yield number, line, fenced


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors that GitHub gives to a page's headings; of equal headings the second one ends in `-1`."""
    found: dict[str, int] = {}
    for _, line, fenced in lines_of(page.read_text(encoding="utf-8")):
        heading = None if fenced else re.match(r"#{1,6} +(.+?) *#*$", line)
        if heading:
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            anchor = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            found[anchor] = found.get(anchor, -1) + 1
    return frozenset(
        name if not number else f"{name}-{number}" for name, last in found.items() for number in range(last + 1)
    )


def broken_links(page: Path, text: str) -> Iterator[str]:
    """The links of a page that lead nowhere, each with the line that it is in."""
    for number, line, fenced in lines_of(text):
        if fenced:
            continue
        for match in LINK.finditer(CODE.sub(lambda code: code[0] if "](" not in code[0] else "", line)):
            target = match[1] if match[1] is not None else match[2]
            reason = wrong_link(page, target)
            if reason:
                yield f"{page.relative_to(ROOT)}:{number} {target}: {reason}"


def wrong_link(page: Path, target: str) -> str | None:
    """Why a link of a page leads nowhere; None where it is good."""
    if not target:
        return "no target"
    if re.match(r"[a-z]+:", target):
        return None if WEB.fullmatch(target) else "not an https address"
    file, mark, anchor = target.partition("#")
    found = (page.parent / file).resolve() if file else page
    if not found.is_relative_to(ROOT):
        return "leads out of the project"
    if not found.exists():
        return "no such file"
    if mark and (found.suffix != ".md" or anchor not in anchors(found)):
        return "no such heading"
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    wrong = list(broken_links(page, page.read_text(encoding="utf-8")))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[a](nowhere.md)", "no such file"),
        ("a\n\n![a](nowhere.svg)", "no such file"),
        ("[`a`](docs/reference/topology.md#nowhere)", "no such heading"),
        ("[a](#nowhere)", "no such heading"),
        ("[a](LICENSE#1)", "no such heading"),
        ("[a](http://example.com/)", "not an https address"),
        ("[a](https://example)", "not an https address"),
        ("[a](../other/README.md)", "leads out of the project"),
        ("[a](docs/network.svg) [b](nowhere)", "no such file"),
        ("[a]()", "no target"),
    ],
)
def test_a_link_that_leads_nowhere_is_found_with_its_line(text: str, reason: str) -> None:
    found = list(broken_links(ROOT / "README.md", text))
    assert len(found) == 1
    assert re.fullmatch(rf"README\.md:{len(text.splitlines())} \S*: {reason}", found[0]), found


def test_a_link_within_code_is_not_a_link() -> None:
    text = "`[a](nowhere.md)`\n```\n[a](nowhere.md)\n```\n[good](docs/reference/topology.md#the-file)"
    assert list(broken_links(ROOT / "README.md", text)) == []


def test_of_equal_headings_each_has_an_anchor_of_its_own(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `b`, c\n## Same\n```\n# no heading\n```\n## Same\n")
    assert anchors(page) == {"a-b-c", "same", "same-1"}


@cache
def options(verb: str) -> frozenset[str]:
    """The options of a verb."""
    group: Any = typer.main.get_command(app)
    command = group.get_command(click.Context(group), verb)
    return frozenset(name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)) | {
        "--help"
    }


def wrong_commands(page: Path, text: str) -> Iterator[str]:
    """The commands that a page names and that do not exist, each with the line that it is in."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for number, line, fenced in lines_of(text):
        where = f"{page.relative_to(ROOT)}:{number}"
        for verb, rest in COMMAND.findall(line):
            if verb not in VERBS:
                yield f"{where} ./hub {verb}: no such verb"
            elif verb in VERBS:
                unknown = sorted(set(OPTION.findall(rest)) - options(verb))
                yield from (f"{where} ./hub {verb}: no option {option}" for option in unknown)
        for words in TARGET.findall(line) if fenced or "`make " in line else ():
            yield from (f"{where} make {word}: no such target" for word in words.split() if word not in targets)


@pytest.mark.parametrize("page", CURRENT, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    wrong = list(wrong_commands(page, page.read_text(encoding="utf-8")))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("run `./hub tarce network.yaml`", ["./hub tarce: no such verb"]),
        ("```sh\n./hub plan network.yaml --drfit\n```", ["./hub plan: no option --drfit"]),
        ("```sh\nmake setup\nmake tets\n```", ["make tets: no such target"]),
        ("`make lint typos` and make do", ["make typos: no such target"]),
        ("`./hub plan --drift network.yaml` and `--no-option`, make sense", []),
    ],
)
def test_a_command_that_does_not_exist_is_found(text: str, found: list[str]) -> None:
    assert [line.partition(" ")[2] for line in wrong_commands(ROOT / "README.md", text)] == found


@pytest.mark.parametrize("page", CURRENT, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_use_the_words_of_the_glossary(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    text = text.partition("\n## Words\n")[0] if page.name == "CONTRIBUTING.md" else text
    wrong = [
        f"{page.relative_to(ROOT)}:{number} {word[0]!r}; the glossary in CONTRIBUTING.md has the word to use"
        for number, line, _ in lines_of(text)
        for word in AVOIDED.finditer(line)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_page_that_code_names_exists() -> None:
    code = (path for package in ROOT.glob("*/__init__.py") for path in package.parent.rglob("*.py"))
    others = (ROOT / name for name in ("main.py", "Makefile", "packages.txt", ".ci/run"))
    files = [*code, *others, *ROOT.glob("examples/*.yaml")]
    wrong = [
        f"{path.relative_to(ROOT)}:{number} {page}"
        for path in files
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for page in re.findall(r"\bdocs/[\w./-]+\.(?:md|svg)\b", line)
        if not (ROOT / page).is_file()
    ]
    assert not wrong, "\n".join(wrong)
