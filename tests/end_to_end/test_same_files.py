"""Processes with different files: each of them says so, and so does ``panelbot check``."""

import asyncio
import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.end_to_end.conftest import World
from tests.eventually import eventually
from tests.processes import BotProcess, bot_process

DIGEST = r"[0-9a-f]{12}"
KEY = "panelbot:files:{}"


def panel(file: Path, title: str) -> Path:
    expert = (
        f"{{name: tax, icon: ':receipt:', title: {title}, purpose: Taxes., instructions: Count.}}"
    )
    file.write_text(f"version: 1\ndefaults:\n  experts: [{expert}]\n")
    return file


async def worker(world: World, stack: AsyncExitStack, log: Path, **more: str) -> BotProcess:
    environ = {**world.environ, **more}
    log.touch()  # noqa: ASYNC240 - local
    process = await stack.enter_async_context(bot_process("worker", environ=environ, log=log))
    await eventually(lambda: "file.in_use" in log.read_text(), within=30)
    return process


async def test_two_processes_with_different_panel_files_are_told_apart(
    world: World, tmp_path: Path, request: pytest.FixtureRequest
):
    one, other = panel(tmp_path / "one.yaml", "One"), panel(tmp_path / "other.yaml", "Other")
    first, second, third = (tmp_path / f"{name}.log" for name in ("first", "second", "third"))
    world.environ["PANELBOT_PANEL_FILE"] = str(one)
    async with AsyncExitStack() as stack:
        await worker(world, stack, first)
        twin = await worker(world, stack, third)
        code, out, _ = await world.panelbot("check")
        assert (code, "different files" in out) == (0, False)
        assert re.search(rf"The panel file \({DIGEST}\) can be used", out)

        process = await worker(world, stack, second, PANELBOT_PANEL_FILE=str(other))

        await eventually(lambda: "file.differs" in second.read_text(), within=5)
        code, out, _ = await world.panelbot("check")
        [line] = [line for line in out.splitlines() if "different files" in line]
        assert code == 0
        assert line.startswith("warning  Processes have different files for PANELBOT_PANEL_FILE: ")
        assert len(set(re.findall(DIGEST, line))) == 2
        assert f":{process.pid}" in line
        assert "this command" in line
        assert "restart those" in out
        if request.config.getoption("--long"):
            await eventually(lambda: "file.differs" in first.read_text(), within=30)
            await asyncio.sleep(25)
            for log in (first, second, third):
                assert log.read_text().count("file.differs") == 1
        for ended in (process, twin):
            ended.send_signal(15)
            await ended.wait()
        assert "different files" not in (await world.panelbot("check"))[1]


async def test_a_file_is_unlike_none_and_an_edited_one_unlike_what_was_read(
    world: World, tmp_path: Path
):
    log, tools = tmp_path / "log", tmp_path / "tools.yaml"
    tools.write_text("hosted: [web-search]\n")
    async with AsyncExitStack() as stack:
        await worker(world, stack, log, PANELBOT_TOOLS=str(tools))
        _, out, _ = await world.panelbot("check")
        assert re.search(rf"different files for PANELBOT_TOOLS: {DIGEST} in .*; none in this", out)
        world.environ["PANELBOT_TOOLS"] = str(tools)
        _, out, _ = await world.panelbot("check")
        assert "different files" not in out
        assert re.search(rf"PANELBOT_TOOLS \({DIGEST}\) allows", out)
        tools.write_text("hosted: [image-generation]\n")
        _, out, _ = await world.panelbot("check")
        assert "different files for PANELBOT_TOOLS" in out


@pytest.mark.parametrize("end", ["stopped", "killed"])
async def test_who_ends_is_forgotten(world: World, tmp_path: Path, end: str):
    key = KEY.format(world.slack.workspace.team_id)
    async with AsyncExitStack() as stack:
        process = await worker(world, stack, tmp_path / "log")
        assert len(await world.redis.zrange(key, 0, -1)) == 3
        process.send_signal(15 if end == "stopped" else 9)
        await process.wait()
        if end == "stopped":
            assert not await world.redis.exists(key)
        else:
            assert 0 < await world.redis.ttl(key) <= 120
