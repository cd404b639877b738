"""What a command imports: never more than it needs, as that is most of the time of a start."""

import os
import sys
from pathlib import Path
from subprocess import run

import pytest
from click.testing import CliRunner

from bot.cli.main import main
from bot.operations.export import FORMATS

NETWORK = frozenset(
    {"aiohttp", "cryptography", "httpx2", "openai", "pydantic", "redis", "slack_bolt", "slack_sdk"}
)
TEXTS = frozenset({"asyncio", "babel", "cattrs", "markdown_it", "rich", "yaml"})
PRINT_MODULES = """\
import atexit, sys
atexit.register(lambda: print("\\n", *sys.modules))
"""
COMMAND = "from bot.cli.main import main; main()"


def imported(*args: str, code: str = COMMAND) -> frozenset[str]:
    """Return the modules that ``panelbot`` with *args*, and without settings, imports."""
    environ = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    command = [sys.executable, "-c", PRINT_MODULES + code, *args]
    ended = run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return frozenset(ended.stdout.rpartition("\n ")[2].split())


@pytest.mark.parametrize("args", ["--help", "--version", "-h", "", "lnks"])
def test_the_list_of_commands_imports_click_alone(args: str):
    modules = imported(*args.split())

    assert "click" in modules
    assert not modules & (NETWORK | TEXTS)


def test_no_command_imports_what_it_works_with_before_it_is_carried_out():
    load = "from bot.cli.main import main\nfor command in main.commands.values(): command.load()"

    modules = imported(code=load)

    assert "click" in modules
    assert not modules & (NETWORK | {"markdown_it"})


@pytest.mark.parametrize(
    "args",
    [
        "check",
        "export C0123ABCD/1763671234.000100",
        "links show C0123ABCD/1763671234.000100",
        "worker",
    ],
)
def test_nothing_is_imported_where_settings_are_missing(args: str, tmp_path: Path):
    panels = tmp_path / "panels.yaml"
    panels.write_text("version: 1\n")

    modules = imported(*args.replace("FILE", str(panels)).split())

    assert "click" in modules
    assert not modules & NETWORK


@pytest.mark.parametrize("args", ["experts check FILE", "keys new", "manifest"])
def test_what_needs_no_service_imports_none(args: str, tmp_path: Path):
    panels = tmp_path / "panels.yaml"
    panels.write_text("version: 1\n")

    modules = imported(*args.replace("FILE", str(panels)).split())

    assert "click" in modules
    assert not modules & NETWORK


def test_export_offers_all_formats_that_there_are():
    offered = CliRunner().invoke(main, ["export", "--help"]).output

    assert f"[{'|'.join(sorted(FORMATS))}]" in offered


@pytest.mark.parametrize(
    ("rooms", "without"),
    [
        ("checks.checkup", {"slack_bolt", "markdown_it", "openai"}),
        ("operator", {"slack_bolt", "openai"}),
        ("worker", {"slack_bolt", "openai.types.beta", "openai.types.responses.response"}),
        ("web", {"openai", "httpx2", "pydantic"}),  # it listens first
    ],
)
def test_rooms_import_no_library_that_others_need(rooms: str, without: set[str]):
    modules = imported(code=f"import bot.assembly.{rooms}")

    assert {"redis", "slack_sdk"} <= modules
    assert not modules & without


def test_who_wants_no_traces_imports_nothing_that_makes_or_sends_them():
    rooms = ("watching.process", "web", "worker")
    modules = imported(code="".join(f"import bot.assembly.{room}\n" for room in rooms))

    assert "bot.assembly.watching.traces" in modules
    assert not [name for name in modules if name.startswith("bot.adapters.telemetry")]
    assert not [name for name in modules if name.startswith("opentelemetry.exporter")]
