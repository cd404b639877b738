import signal
import sys
from subprocess import run

import pytest

from tests.processes import heed_signals

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
INSTALL = "import os; from bot.cli.shared import importing, stop_signals; stop_signals.install()\n"


def status(code: str) -> int:
    """The exit status of Python with *code*, after our handlers are there."""
    command = [sys.executable, "-c", INSTALL + code]
    return run(command, check=False, preexec_fn=heed_signals).returncode  # noqa: S603 - ours


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_after_the_end_leaves_the_exit_status(number: signal.Signals):
    kill = f"os.kill(os.getpid(), {number:d})"
    assert status(f"class Last:\n def __del__(self, os=os): {kill}\nlast = Last()\nexit(3)") == 3


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_an_import_at_once(number: signal.Signals, tmp_path):
    (tmp_path / "slow.py").write_text(
        f"import os, time\nos.kill(os.getpid(), {number:d})\ntime.sleep(9)"
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nwith stop_signals.calling(print):\n"
    assert status(code + " importing.imported('slow')") == 128 + number
