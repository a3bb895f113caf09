"""Benchmarks stay within their bounds."""

import subprocess
import sys

import pytest

from tests.examples import ROOT


@pytest.mark.slow
def test_the_largest_network_is_traced_within_a_gigabyte() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.trace"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4,999 spokes × 20 services" in done.stdout
