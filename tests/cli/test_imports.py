"""What a command imports: never more than it needs, as that is most of the time of a start."""

import os
import sys
from subprocess import run

import pytest

HEAVY = frozenset(
    {"aiohttp", "babel", "cattrs", "cryptography", "httpx2", "markdown_it", "openai", "pydantic"}
    | {"redis", "rich", "slack_bolt", "slack_sdk", "yaml"}
)
COMMAND = """\
import atexit, sys
atexit.register(lambda: print("\\n", *{name.partition(".")[0] for name in sys.modules}))
from bot.cli.main import main
main()
"""


def imported(*args: str, **environ: str) -> frozenset[str]:
    """Return the packages that ``panelbot`` with *args* imports."""
    paths = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    command = [sys.executable, "-c", COMMAND, *args]
    environ = {**paths, **environ}
    ended = run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return frozenset(ended.stdout.rpartition("\n ")[2].split())


@pytest.mark.parametrize(
    "args", [("--help",), ("--version",), ("-h",), (), ("lnks",)], ids=" ".join
)
def test_the_list_of_commands_imports_click_alone(args: tuple[str, ...]):
    packages = imported(*args)

    assert "click" in packages
    assert not packages & (HEAVY | {"asyncio"})
