"""What the project asks of a machine: packages of Python and of the system, and what is said where one is missing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli import console, progress
from cli.app import PANELS, VERBS
from cli.verbs import summary
from deployment.walk import Step
from tests.examples import ROOT
from tools.write_requirements import requirements
from topology.design import CONTRACT_VERSION
from topology.names import CONTRACT_WRITERS

LOCK: dict[str, Any] = json.loads((ROOT / "Pipfile.lock").read_text(encoding="utf-8"))
CATEGORIES = LOCK.keys() - {"_meta"}
QUICKSTART = str(ROOT / "examples" / "quickstart.yaml")
LEFT_OUT = ("boto3", "botocore", "cryptography", "dns", "moto", "werkzeug")
"""What `make setup-synth` does not install, by the names that are imported."""
WITHOUT = f"""
import sys
from importlib.machinery import PathFinder

class Fewer(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {LEFT_OUT} else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Fewer
import runpy
sys.argv[0] = "hub"
runpy.run_module("cli", run_name="__main__")
"""


def python(code: str, *arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_lock_names_no_registry() -> None:
    named = [name for category in CATEGORIES for name, package in LOCK[category].items() if "index" in package]
    assert (LOCK["_meta"]["sources"], named) == ([], []), "make lock takes them out"


def test_a_package_has_one_version_in_all_categories() -> None:
    lines = list(requirements(LOCK, sorted(CATEGORIES)))
    names = {name for category in CATEGORIES for name in LOCK[category]}
    assert len(lines) == len(names)
    assert all(" --hash=sha256:" in line for line in lines), "pip checks what it gets"


def test_a_package_with_two_versions_is_refused() -> None:
    lock = {"default": {"one": {"version": "==1"}}, "develop": {"one": {"version": "==2"}}}
    with pytest.raises(ValueError, match="one is locked as ==1 and as ==2"):
        list(requirements(lock, lock))


def test_a_requirement_has_its_marker_and_every_hash() -> None:
    package = {"version": "==1", "markers": "python_version >= '3.9'", "hashes": ["sha256:a", "sha256:b"]}
    assert list(requirements({"default": {"one": package}}, ["default"])) == [
        "one==1 ; python_version >= '3.9' --hash=sha256:a --hash=sha256:b"
    ]


def test_what_synthesis_does_not_need_is_not_among_its_packages() -> None:
    assert not LOCK["default"].keys() & {"boto3", "cryptography", "dnspython", "moto", "werkzeug"}
    assert {"boto3", "cryptography", "dnspython", "moto"} <= LOCK["aws-packages"].keys()


@pytest.mark.parametrize("arguments", [["check", QUICKSTART], ["trace", QUICKSTART], ["services"], ["--help"]])
def test_a_verb_of_synthesis_needs_no_other_package(arguments: list[str]) -> None:
    done = python(WITHOUT, *arguments)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_check_imports_nothing_that_only_a_synthesis_or_an_apply_needs() -> None:
    program = (
        "import runpy, sys\ntry: runpy.run_module('cli', run_name='__main__')\nexcept SystemExit: pass\n"
        "names = {name.partition('.')[0] for name in sys.modules}\n"
        "print(*sorted(names & {'assurance', 'deployment', 'network', 'review', 'stacks', 'jsii', 'boto3'}))"
    )
    *_, imported = python(program, "check", QUICKSTART).stdout.split("\n")[:-1]
    assert not imported, f"a check waits for the imports of {imported}"


def test_synth_needs_no_other_package(tmp_path: Path) -> None:
    done = python(WITHOUT, "synth", QUICKSTART, "--output", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("verb", ["preflight", "verify", "plan", "destroy", "emulator", "demo", "lab"])
def test_a_verb_without_its_package_names_what_installs_it(verb: str) -> None:
    done = python(WITHOUT, verb, QUICKSTART)
    assert (done.returncode, done.stdout) == (1, "")
    (said,) = done.stderr.splitlines()
    assert "not installed here; `make setup` installs" in said


def test_a_list_of_verbs_imports_none_of_them() -> None:
    done = python(
        "import sys, typer; from cli.app import app; group = typer.main.get_command(app)\n"
        "context = group.make_context('hub', ['check'], resilient_parsing=True)\n"
        "names = [item.value for item in group.shell_complete(context, '')]\n"
        "app(['--help'], prog_name='hub', standalone_mode=False)\n"
        "print(*names); print(*(name for name in sys.modules if name.startswith('cli.verbs.')))"
    )
    assert done.returncode == 0, done.stderr
    *_, names, imported = done.stdout.split("\n")[:-1]
    assert names.split() == list(VERBS)
    assert not imported, f"a shell waits for {imported} at each press of the tabulator"


def test_every_verb_has_a_summary_and_every_panel_a_verb() -> None:
    assert all(summary(verb).endswith(".") for verb in VERBS)
    assert next(iter(PANELS)) == VERBS[0], "each verb is listed below a heading"
    assert PANELS.keys() <= set(VERBS)


def test_colours_are_left_out_where_nobody_wants_them(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("hubs: 1\n", encoding="utf-8")
    run = "import runpy; runpy.run_module('cli', run_name='__main__')"
    colourful = python(run, "check", "bad.yaml", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="")
    plain = python(run, "check", "bad.yaml", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1")
    assert "\x1b[31m" in colourful.stderr, "the message of this test has to have a colour"
    assert "\x1b[3" not in plain.stderr


def test_the_contract_s_error_names_the_first_version_that_writes_its_form() -> None:
    stack = json.loads((ROOT / "tests" / "golden" / "minimal" / "spoke-core-payments.tf.json").read_text("utf-8"))
    (parameter,) = stack["data"]["aws_ssm_parameter"].values()
    said = parameter["lifecycle"]["postcondition"][0]["error_message"]
    assert (
        f"version {CONTRACT_VERSION} of the contract, which endpoint-hub {CONTRACT_WRITERS[CONTRACT_VERSION]}" in said
    )
    assert "Apply hub-core" in said


def test_the_versions_of_the_contract_are_releases_of_this_project() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert max(CONTRACT_WRITERS) == CONTRACT_VERSION
    missing = [version for version in CONTRACT_WRITERS.values() if f"\n## {version}\n" not in changes]
    assert not missing, f"CHANGELOG.md has no release {', '.join(missing)}"


def test_quiet_shows_no_progress_of_stacks_and_no_warning_of_a_renamed_verb(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "quiet", True)
    with console.following({"hub-core": "111111111111"}) as tell:
        tell(Step("hub-core", "applied"))
    assert capsys.readouterr() == ("", "")
    done = python("import runpy; runpy.run_module('cli', run_name='__main__')", "--quiet", "strays", "--help")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("configured", "beside", "expected"),
    [
        ("there", True, "there"),
        ("missing", True, "beside"),
        (None, True, "beside"),
        ("missing", False, "none"),
        (None, False, "none"),
    ],
)
def test_ci_takes_terraform_s_configuration_only_where_it_exists(
    tmp_path: Path, configured: str | None, expected: str, *, beside: bool
) -> None:
    project = tmp_path / "project"
    scripts = {
        project / ".ci" / "run": (ROOT / ".ci" / "run").read_text(encoding="utf-8"),
        project / "tools" / "install_packages.sh": "#!/bin/sh\n",
        tmp_path / "bin" / "make": '#!/bin/sh\necho "${TF_CLI_CONFIG_FILE-none}"\n',
        tmp_path / "there": "",
    }
    if beside:
        scripts[tmp_path / "terraform-env"] = "#!/bin/sh\necho export TF_CLI_CONFIG_FILE=beside\n"
    for path, text in scripts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "HUB_TERRAFORM_ENV": str(tmp_path / "terraform-env"),
    }
    if configured:
        environment["TF_CLI_CONFIG_FILE"] = str(tmp_path / configured)
    done = subprocess.run(
        [str(project / ".ci" / "run")], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found = {Path(line).name for line in done.stdout.splitlines()}
    assert found == {expected}


@pytest.mark.parametrize(("configured", "expected"), [("there", "there"), ("missing", "none"), (None, "none")])
def test_make_passes_on_terraform_s_configuration_only_where_it_exists(
    tmp_path: Path, configured: str | None, expected: str
) -> None:
    (tmp_path / "there").touch()
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (tmp_path / "hub").write_text('#!/bin/sh\necho "${TF_CLI_CONFIG_FILE-none}"\n', encoding="utf-8")
    (tmp_path / "hub").chmod(0o755)
    environment = {"PATH": os.environ["PATH"]}
    if configured:
        environment["TF_CLI_CONFIG_FILE"] = str(tmp_path / configured)
    done = subprocess.run(
        ["make", "--silent", "--assume-old=setup", "demo"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert Path(done.stdout.strip()).name == expected
    warned = f"ignoring TF_CLI_CONFIG_FILE: there is no {tmp_path / 'missing'}" in done.stderr
    assert warned == (configured == "missing"), done.stderr


# Programs of a machine, as scripts. The packages that are installed are in $INSTALLED; apt-get notes what it is given.
MACHINE = {
    "dpkg-query": 'for package; do :; done; case " $INSTALLED " in *" $package "*) echo installed ;; *) exit 1 ;; esac',
    "id": 'echo "$ID"',
    "sudo": '[ -n "$SUDO" ] || exit 1; shift; exec "$@"',
    "apt-get": 'echo "$@" >> "$NOTES"',
}
PACKAGES = [line for line in (ROOT / "packages.txt").read_text("utf-8").splitlines() if not line.startswith("#")]


def install(folder: Path, installed: list[str], *, user: int, sudo: bool) -> tuple[list[str], str]:
    """What apt-get was asked, and what was said."""
    for name, script in MACHINE.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    notes = folder / "notes"
    notes.touch()
    done = subprocess.run(
        [str(ROOT / "tools" / "install_packages.sh")],
        env={
            "PATH": f"{folder}:{os.environ['PATH']}",
            "INSTALLED": " ".join(installed),
            "ID": str(user),
            "SUDO": "yes" if sudo else "",
            "NOTES": str(notes),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert not done.stdout
    return notes.read_text(encoding="utf-8").splitlines(), done.stderr


@pytest.mark.parametrize(("user", "sudo"), [(0, False), (1000, True)], ids=["root", "passwordless sudo"])
def test_packages_that_are_missing_are_installed_after_saying_so(tmp_path: Path, user: int, *, sudo: bool) -> None:
    missing, installed = PACKAGES[:2], PACKAGES[2:]
    asked, said = install(tmp_path, installed, user=user, sudo=sudo)
    assert asked == ["update -qq", f"install -y -qq --no-install-recommends {' '.join(missing)}"]
    assert said == f"installing the packages of packages.txt that are missing: {' '.join(missing)}\n"


def test_without_the_right_to_install_it_is_said_what_to_install(tmp_path: Path) -> None:
    asked, said = install(tmp_path, PACKAGES[1:], user=1000, sudo=False)
    assert asked == []
    assert f"sudo apt-get install {PACKAGES[0]}\n" in said


def test_where_nothing_is_missing_nothing_is_said(tmp_path: Path) -> None:
    assert install(tmp_path, PACKAGES, user=0, sudo=False) == ([], "")


@pytest.mark.parametrize(("made", "part"), [([], "setup"), (["synth"], "setup-synth"), (["ready"], "setup")])
def test_hub_completes_an_environment_and_leaves_one_for_synthesis_as_it_is(
    tmp_path: Path, made: list[str], part: str
) -> None:
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "python").write_text("#!/bin/sh\n", encoding="utf-8")
    (binaries / "python").chmod(0o755)
    for name in made:
        (tmp_path / ".venv" / name).touch()
    (tmp_path / "Makefile").write_text("setup setup-synth:\n\t@echo $@\n", encoding="utf-8")
    (tmp_path / "hub").write_bytes((ROOT / "hub").read_bytes())
    done = subprocess.run(["sh", str(tmp_path / "hub")], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == f"{part}\n"
