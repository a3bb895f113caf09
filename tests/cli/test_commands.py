"""`./hub`, as a person runs it: exit status, what goes where, and nothing written when the input is refused."""

import json
import os
import shutil
import signal
import subprocess
import tomllib
from pathlib import Path

import pytest

from cli.app import VERBS
from tests.examples import ROOT
from tests.waiting import PATIENCE
from topology.models import json_schema

TEN_MISTAKES = """\
organization: {id: o-1, management_account: "999999999999"}
role: NetworkDeploy
state: {bucket: example-network-state, regoin: us-east-1, account: "111111111111"}
hubs:
  core:
    region: us-east-1
    account: "11111111111"
    cidr: 10.0.0.0/22
    zones: [use1-az1, usw2-az2]
    pools: [10.0.4.0/22]
    services: [kmz, ssm]
    asn: 65535
spokes:
  payments: {hub: core, account: "222222222222", cidr: 10.0.4.0/24, test_instance: true}
  ledger: {hub: core, account: "333333333333", cidr: 10.0.4.128/25}
  audit: {hub: cor, account: "333333333333", cidr: 10.0.6.0/24}
  orders: {hub: core, account: "333333333333", cidr: 10.9.0.0/24}
"""


def hub(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment}
    return subprocess.run(
        [str(ROOT / "hub"), *arguments], cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_ten_mistakes_are_ten_problems_with_their_lines_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(TEN_MISTAKES)
    done = hub("synth", "bad.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        'bad.yaml:1 organization.id: "o-1" is not an organization id: o- and 10 to 32 letters or digits',
        'bad.yaml:3 "regoin" is not a key of state; did you mean "region"?',
        'bad.yaml:7 hub "core" account: "11111111111" is not an AWS account id: 12 digits',
        'bad.yaml:9 hub "core" zones[1]: usw2-az2 is not in us-east-1; AZ ids of us-east-1 begin with use1-az',
        'bad.yaml:11 hub "core" services.kmz: "kmz" is not a service of the catalogue; did you mean kms?',
        'bad.yaml:12 hub "core" asn: 65535 is not a private ASN: 64512 to 65534, or 4200000000 to 4294967294',
        'bad.yaml:14 spoke "payments" test_instance: a test instance is reached through Session Manager, and hub "core" lacks ssmmessages; add ssmmessages to its services',
        'bad.yaml:15 spoke "ledger" cidr: 10.0.4.128/25 overlaps spoke "payments" 10.0.4.0/24 (line 14); the next free /25 is 10.0.7.0/25',
        'bad.yaml:16 spoke "audit" hub: there is no hub "cor"; did you mean "core"?',
        'bad.yaml:17 spoke "orders" cidr: 10.9.0.0/24 is outside the pools of hub "core" (10.0.4.0/22); the next free /24 is 10.0.5.0/24',
        "10 problems; nothing was written",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


def test_check_says_what_it_found() -> None:
    done = hub("check", "examples/quickstart.yaml")
    assert (done.returncode, done.stdout) == (0, "examples/quickstart.yaml is sound: 1 hub, 2 spokes\n")


def test_synth_lists_stack_account_resources_and_file(tmp_path: Path) -> None:
    done = hub("synth", str(ROOT / "examples/quickstart.yaml"), "--output", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[0] == ["stack", "account", "resources", "file"]
    assert [row[:2] for row in rows[1:]] == [
        ["state", "111111111111"],
        ["hub-core", "111111111111"],
        ["spoke-core-ledger", "333333333333"],
        ["spoke-core-payments", "222222222222"],
    ]
    for row in rows[1:]:
        assert (tmp_path / row[3]).is_file()


def test_an_unknown_pattern_is_refused(tmp_path: Path) -> None:
    done = hub("synth", str(ROOT / "examples/quickstart.yaml"), "--only", "spoke-edge-*", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert 'no stack matches "spoke-edge-*"' in done.stderr
    assert not list(tmp_path.iterdir())


def test_an_output_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = hub("synth", str(ROOT / "examples/minimal.yaml"), "--output", "file", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("cannot write to file:"), done.stderr


def test_one_service_is_shown_in_full() -> None:
    done = hub("services", "email-smtp")
    assert done.returncode == 0
    assert "465 587 2465 2587" in done.stdout
    assert "use1-az2" in done.stdout


def test_services_lists_the_catalogue() -> None:
    done = hub("services")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 210


def test_a_misspelt_service_is_answered_with_the_nearest() -> None:
    done = hub("services", "kmss")
    assert (done.returncode, done.stderr) == (2, '"kmss" is not a service of the catalogue; did you mean "kms"?\n')


def test_the_committed_schema_is_the_models() -> None:
    committed = json.loads((ROOT / "schema/topology.schema.json").read_text(encoding="utf-8"))
    assert committed == json_schema(), "make schema"
    assert json.loads(hub("schema").stdout) == committed


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    done = hub(verb, "--help")
    assert done.returncode == 0
    assert "Usage: hub " + verb in done.stdout


def test_warnings_go_to_standard_error() -> None:
    done = hub("check", "examples/production.yaml")
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert 'warning: examples/production.yaml:24 hub "core" services.email-smtp: SMTP, not HTTPS' in done.stderr


def test_main_refuses_as_check_does(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(TEN_MISTAKES)
    python = shutil.which("python", path=str(ROOT / ".venv/bin"))
    done = subprocess.run(
        [str(python), str(ROOT / "main.py")],
        cwd=tmp_path,
        env={**os.environ, "HUB_TOPOLOGY": "bad.yaml"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 10
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


def test_the_emulator_prints_the_environment_and_ends_with_ctrl_c() -> None:
    command = [str(ROOT / "hub"), "emulator", str(ROOT / "examples/quickstart.yaml")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stderr
            assert "listening on http://127.0.0.1:" in process.stderr.readline()
            os.killpg(process.pid, signal.SIGINT)
            said, complaints = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0, complaints
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:" in said


@pytest.mark.parametrize("verb", ["deploy", "destroy", "bootstrap"])
def test_nothing_is_applied_where_nobody_can_be_asked(verb: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(ROOT / "hub"), verb, str(ROOT / "examples/quickstart.yaml"), "--output", str(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert "pass --yes to confirm without a terminal" in done.stderr


def test_what_is_protected_is_not_destroyed(tmp_path: Path) -> None:
    done = hub("destroy", str(ROOT / "examples/minimal.yaml"), "--yes", "--output", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == "protected: hub-core; set `protect: false`, deploy, then destroy\n"


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    done = hub("--version")
    assert (done.returncode, done.stdout) == (0, f"endpoint-hub {project['version']}\n")
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), "a release has an entry"


def test_a_verb_that_was_renamed_works_says_so_and_is_not_listed() -> None:
    done = hub("strays", "--help")
    assert done.returncode == 0
    assert done.stderr == "warning: `strays` is now `unmanaged`\n"
    assert "strays" not in hub("--help").stdout


def test_quiet_leaves_out_warnings_and_keeps_results(tmp_path: Path) -> None:
    topology = tmp_path / "network.yaml"
    text = (ROOT / "examples" / "minimal.yaml").read_text(encoding="utf-8")
    topology.write_text(text.replace("services: [kms]", "services: [kms, s3]"), encoding="utf-8")
    loud, quiet = hub("check", str(topology)), hub("--quiet", "check", str(topology))
    assert "warning: " in loud.stderr, "the topology of this test has to have a warning"
    assert (quiet.returncode, quiet.stderr, quiet.stdout) == (0, "", loud.stdout)


def test_a_shell_completes_verbs() -> None:
    done = hub(_HUB_COMPLETE="complete_bash", COMP_WORDS="./hub tr", COMP_CWORD="1")
    assert done.stdout.split() == ["trace"]
