"""What could not be recorded of the accounts, as people and reports are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from accounts.judgements import Role
from accounts.snapshot import Missing
from cli.console import err
from findings import Finding, Place, Severity, codes

__all__ = ["missing_findings", "show_missing", "unseen"]

MOST_FILES = 3
"""Files that are named where one refusal costs several."""
ASSUME = "sts:AssumeRole"
VPCS = "Vpcs"


def show_missing(missing: Iterable[Missing]) -> None:
    """Write them to standard error, a line for each call."""
    for first, files in _by_call(missing):
        said = f" ({first.message})" if first.message else ""
        line = f"not recorded: {first.account} {first.region} {files}: {first.action}: {first.code}{said}"
        err.print(line, markup=False, style="red")


def missing_findings(missing: Iterable[Missing], roles: Mapping[str, Role]) -> Iterator[Finding]:
    """A warning for each call: what depends on it is unknown, and has findings of its own. `roles` go by account.

    A role that cannot be assumed is left out, since a finding of its own says it.
    """
    for first, files in _by_call(missing):
        if first.action != ASSUME:
            yield Finding(
                codes.NOT_RECORDED,
                Place(first.account, first.region),
                Severity.WARNING,
                f"{first.action}: {first.code}, so {files} could not be recorded",
                f"allow {roles.get(first.account, 'the role')} {first.action} (see docs/guides/verify.md)",
            )


def unseen(missing: Iterable[Missing]) -> dict[Place, str]:
    """The accounts and regions whose VPCs are not known, with the reason."""
    return {Place(m.account, m.region): f"{m.action}: {m.code}" for m in missing if m.file == VPCS}


def _by_call(missing: Iterable[Missing]) -> Iterator[tuple[Missing, str]]:
    """The first of the files that a call did not fill, and all of them in words."""
    for _, group in groupby(sorted(missing, key=_failure), _failure):
        lost = list(group)
        yield lost[0], ", ".join(each.file for each in lost) if len(lost) <= MOST_FILES else f"{len(lost)} files"


def _failure(missing: Missing) -> tuple[str, str, str, str]:
    return missing.account, missing.region, missing.action, missing.code
