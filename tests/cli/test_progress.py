"""Progress: a moving number for a person, a line now and then for a log, and nothing where it is quick."""

import io
from collections.abc import Callable
from itertools import count as ticks
from types import SimpleNamespace

import pytest
from rich.console import Console

from cli import console
from cli.progress import counted, progress
from tests.waiting import wait_for


def work(total: int, step: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many stacks as there are, each of which takes some seconds of a clock that stands still otherwise."""
    clock = ticks(0.0, step)
    monkeypatch.setattr("cli.progress.time.monotonic", lambda: next(clock))
    with progress("synthesising", total) as count:
        assert list(counted(range(total), count)) == list(range(total))


def test_a_log_gets_a_line_every_few_seconds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work(1200, 0.0625, monkeypatch)  # 80 stacks in five seconds
    assert capsys.readouterr().err.splitlines() == [
        f"synthesising: {at:,} of 1,200 stacks" for at in range(80, 1201, 80)
    ]


@pytest.mark.parametrize(("total", "step"), [(2000, 0.001), (99, 10.0)], ids=["quick", "few"])
def test_a_log_gets_nothing_of_what_is_quick_or_small(
    total: int, step: float, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work(total, step, monkeypatch)
    assert not capsys.readouterr().err


class Timer:
    """A timer that ends when the test says."""

    def __init__(self, seconds: float, end: Callable[[], None]) -> None:
        self.seconds, self.end = seconds, end
        TIMERS.append(self)

    def start(self) -> None: ...

    def cancel(self) -> None: ...


TIMERS: list[Timer] = []


def test_a_terminal_shows_the_count_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.StringIO()
    monkeypatch.setattr("cli.progress.threading", SimpleNamespace(Timer=Timer))
    monkeypatch.setattr("cli.progress.TICK", 0.0)
    monkeypatch.setattr(text, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", text)
    monkeypatch.setattr(console, "err", Console(file=text, force_terminal=True, width=80))
    with progress("synthesising", 3) as count:
        count(1)
        assert not text.getvalue(), "a second has not passed"
        (timer,) = TIMERS
        assert timer.seconds == 1
        timer.end()
        count(1)
        wait_for("the count on the terminal", lambda: "synthesising: 2 of 3 stacks" in text.getvalue())
