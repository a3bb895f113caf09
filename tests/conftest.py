"""Settings for all tests."""

import os
import signal
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, core, settings

from tests.families import EXAMPLES, SEED, SOAK, number

os.environ.setdefault("HUB_START", "fresh")  # tests synthesise for real; those of the cache say otherwise
CI = os.environ.get("CI", "") not in {"", "0", "false"}

# The machine may be busy, so examples have no deadline. A failure prints its example, and the seed repeats it.
settings.register_profile(
    "families",
    max_examples=EXAMPLES.size,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("families")
vars(core)["global_force_seed"] = number()  # as --hypothesis-seed does

# A shell that runs this in the background makes it ignore Ctrl-C, as would every command that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the seed and what families of tests came to, however quiet the run is."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            for text in (text for key, text in report.user_properties if key == "figures"):
                terminalreporter.write_line(f"{report.nodeid}\n{text}")
    size = "all of each family" if SOAK else "a sample of each family"
    terminalreporter.write_line(f"{size}, drawn with the seed {SEED}; HUB_SEED={SEED} draws it again")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, a test that would be skipped for something missing fails: CI has to have it."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"skipped, and CI has to have what it needs. {reason}"
    return report
