"""The demo with a company's own panel, and the other commands on a demo that runs."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values

from bot.demo.run import open_demo
from tests.processes import BotProcess, bot_process

RELATIVE = "/".join([".."] * len(Path.cwd().parts[1:]))  # to the root
DEFAULTS = ["legal", "finance", "security", "engineering", "product"]
GARDENER = {"name": "gardener", "title": "Head Gardener", "purpose": "Roses, hedges, compost."}
JAPANESE = {"name": "horitsu", "title": "法務担当", "purpose": "契約、ライセンス、個人情報。"}
PUMPS = [
    {"name": f"pump-{n}", "title": f"Pump {n}", "purpose": f"Pump number {n}."} for n in range(200)
]


def panel_file(folder: Path, experts: list[dict[str, str]]) -> str:
    """Write a panel file with these *experts* and nobody else; returns its path."""
    entries = [{"icon": ":gear:", "instructions": "Be brief.", **expert} for expert in experts]
    file = folder / "panel.yaml"
    panel = {"version": 1, "defaults": {"remove": DEFAULTS, "experts": entries}}
    file.write_text(yaml.safe_dump(panel, allow_unicode=True), "utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("experts", "question", "answers"),
    [
        ([GARDENER], "gardener: When do roses bloom?", "Head Gardener"),
        ([JAPANESE], "horitsu: ライセンスは?", "法務担当"),
        (PUMPS, "pump-117: Are you running?", "Pump 117"),
        ([], "What would it cost?", "Panelbot"),
    ],
)
async def test_the_demo_works_with_any_panel(
    imported_bot: None,
    tmp_path: Path,
    experts: list[dict[str, str]],
    question: str,
    answers: str,
):
    environ = {"PANELBOT_PANEL_FILE": panel_file(tmp_path, experts)}
    async with open_demo(environ, port=0, pace=0) as demo:
        answered = await demo.ask(question)

    said = {message.author: message.text for message in answered.messages}
    assert answers in said
    assert "Consult the experts" not in said[answers]  # that is what the model is told


async def test_other_commands_work_on_a_running_demo(imported_bot: None, tmp_path: Path):
    path = {"PATH": os.environ["PATH"]}
    file = tmp_path / "demo.env"
    panel = panel_file(tmp_path, [GARDENER]).replace(str(tmp_path), RELATIVE + str(tmp_path))
    command = ("demo", "--no-open", "--settings-out", str(file))
    async with bot_process(*command, environ=path | {"PANELBOT_PANEL_FILE": panel}) as demo:
        while str(file) not in (await asyncio.wait_for(demo.stdout.readline(), 20)).decode():
            assert demo.returncode is None
        settings = path | {name: value or "" for name, value in dotenv_values(file).items()}
        assert Path(settings["PANELBOT_PANEL_FILE"]).is_absolute()
        for args in (("turns", "list"), ("audit", "verify"), ("links", "rebuild", "C0GENERAL")):
            assert await ended(args, settings) == (0, "")
        code, said = await ended(command, path)
        assert (code, "exists" in said) == (1, True)
        demo.send_signal(signal.SIGTERM)
        await asyncio.wait_for(demo.wait(), 20)
    assert not file.exists()


async def ended(args: tuple[str, ...], environ: dict[str, str]) -> tuple[int, str]:
    """Run a command; returns its exit code, and what it complained about."""
    process: BotProcess
    async with bot_process(*args, environ=environ) as process:
        _, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode is not None
    complaints = [line for line in err.decode().splitlines() if line.startswith("panelbot:")]
    return process.returncode, "\n".join(complaints)
