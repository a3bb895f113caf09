"""A folder keeps things where it takes a file and has room; what builds left behind there is removed in time."""

from __future__ import annotations

import os
import shutil
import tarfile
import time
from collections import namedtuple
from io import BytesIO
from pathlib import Path

import pytest

from modules.start.assembly import cut_assembly, kept_assembly
from modules.start.cache import unusable
from tests.modules.start.test_assembly import SUBMODULES

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024  as shutil has it


@pytest.mark.parametrize(
    ("free", "why"),
    [
        (64_000_000, None),
        (63_999_999, "64 MB are free, of 64 that it takes"),
        (1_000_000, "1 MB are free, of 64 that it takes"),
    ],
)
def test_a_folder_needs_room(free: int, why: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, free))
    assert unusable(tmp_path / "made" / "here") == why
    assert (tmp_path / "made" / "here").is_dir()
    assert list((tmp_path / "made" / "here").iterdir()) == [], "asking leaves nothing"


def test_a_folder_below_a_file_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert unusable(tmp_path / "file" / "cache") == "Not a directory"


@pytest.mark.parametrize(("age", "kept"), [(3500, True), (3700, False)])
def test_what_a_build_left_behind_is_removed_after_an_hour(
    age: int,
    tmp_path: Path,
    whole: Path,
    *,
    kept: bool,
) -> None:
    left, other = tmp_path / "build-x.new", tmp_path / "other.new"
    for path in (left, other):
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    kept_assembly(whole, SUBMODULES, "key", tmp_path)
    assert (left.exists(), other.exists()) == (kept, True)


def test_what_is_kept_may_be_read_by_others_and_nothing_is_left_beside_it(tmp_path: Path, whole: Path) -> None:
    made = kept_assembly(whole, SUBMODULES, "key", tmp_path / "cache")
    assert made.stat().st_mode & 0o777 == 0o644
    assert list((tmp_path / "cache").iterdir()) == [made]
    prefix, _, digest = made.stem.partition("-")
    assert (len(prefix), len(digest), made.suffix) == (16, 32, ".tgz")


def test_a_build_that_fails_leaves_nothing(tmp_path: Path, whole: Path) -> None:
    with pytest.raises(ValueError, match="no submodule"):
        kept_assembly(whole, ["no_such_thing"], "key", tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cut_says_nothing_of_when_or_by_whom_it_was_made(whole: Path) -> None:
    content = cut_assembly(whole, SUBMODULES)
    assert content[4:8] == b"\0\0\0\0", "the time in the header of gzip"
    with tarfile.open(fileobj=BytesIO(content)) as tarball:
        members = tarball.getmembers()
    assert [member.name for member in members] == sorted(member.name for member in members)
    assert {(member.mtime, member.uid, member.gid, member.uname) for member in members} == {(0, 0, 0, "")}


def test_the_documentation_within_a_type_is_left_out_at_any_depth_and_all_else_stays(whole: Path) -> None:
    with tarfile.open(fileobj=BytesIO(cut_assembly(whole, ["vpc"]))) as tarball:
        file = tarball.extractfile("package/.jsii")
        assert file is not None
        text = file.read().decode()
    assert '"docs"' not in text
    assert '"properties":[{"name":"id","type":{"primitive":"string"}}]' in text
    assert '"namespace":"vpc"' in text
    assert " " not in text.replace("left out", "")


def test_an_assembly_without_a_manifest_is_an_error(tmp_path: Path) -> None:
    empty = tmp_path / "example@1.0.0.jsii.tgz"
    with tarfile.open(empty, "w:gz"):
        pass
    with pytest.raises(ValueError, match=r"example@1\.0\.0\.jsii\.tgz has no package/\.jsii"):
        cut_assembly(empty, SUBMODULES)
