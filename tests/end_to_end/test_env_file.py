"""Settings from a file, in every command."""

import asyncio
import os
from functools import partial
from pathlib import Path

import pytest

from tests.processes import bot_process

pytestmark = pytest.mark.usefixtures("imported_bot")


async def panelbot(folder: Path, *args: str, **environ: str) -> tuple[int, str, str]:
    """Run a command in *folder*."""
    prepare = partial(os.chdir, folder)
    environ = {"PATH": os.environ["PATH"], **environ}
    async with bot_process(*args, environ=environ, prepare=prepare) as bot, asyncio.timeout(60):
        out, err = await bot.communicate()
    return bot.returncode or 0, out.decode(), err.decode()


@pytest.mark.parametrize("command", [("run",), ("worker",), ("turns", "list"), ("check",)])
async def test_a_file_in_the_folder_is_read_and_that_is_said_on_standard_error(tmp_path, command):
    (tmp_path / ".env").write_text("REDIS_URL=redis://localhost:1\nPANELBOT_LEASE=x\nPORT=y\n")

    code, out, err = await panelbot(tmp_path, *command, PORT="z")

    first, *_ = err.splitlines()
    assert first == (
        f"panelbot: 3 settings read from {tmp_path}/.env, "
        "except PORT: the environment has other values"
    )
    told = out + err
    assert "PANELBOT_LEASE is “x”" in told
    assert "PORT is “z”" in told
    assert "REDIS_URL" not in told
    assert code


@pytest.mark.parametrize("args", [("--env-file", "other", "check"), ("check", "--env-file=other")])
async def test_another_file_may_be_named_before_and_after_the_command(tmp_path, args):
    (tmp_path / ".env").write_text("LOG_LEVEL=here")
    (tmp_path / "other").write_text("PORT=there")

    _, out, err = await panelbot(tmp_path, *args)

    assert err == "panelbot: 1 setting read from other\n"
    assert "PORT is “there”" in out
    assert "LOG_LEVEL" not in out


async def test_the_file_may_be_left_alone(tmp_path):
    (tmp_path / ".env").write_text("PORT=x")

    _, out, err = await panelbot(tmp_path, "check", "--no-env-file")

    assert err == ""
    assert "PORT" not in out


async def test_what_needs_no_settings_reads_no_file(tmp_path):
    (tmp_path / ".env").write_text("nonsense")
    code, _, err = await panelbot(tmp_path, "keys", "new")
    assert (code, err) == (0, "")


async def test_every_line_that_is_wrong_is_told(tmp_path):
    (tmp_path / ".env").write_text("nonsense\nA=1\nmore\n")

    code, out, err = await panelbot(tmp_path, "turns", "list")

    place = f"panelbot: {tmp_path}/.env"
    assert (code, out) == (2, "")
    assert [line.partition(": the line")[0] for line in err.splitlines()] == [
        f"{place}:1",
        f"{place}:3",
    ]


async def test_misspelt_names_are_told_and_stop_nobody(tmp_path):
    code, out, err = await panelbot(
        tmp_path, "turns", "list", PANELBOT_TOLS="x", REDIS_URL="redis://x:1"
    )
    assert "PANELBOT_TOLS is set, but is not a setting of Panelbot. Did you mean `PANELBOT_" in err
    assert (code, out) == (1, "")  # for want of Redis

    _, out, err = await panelbot(tmp_path, "check", SLACK_BOT_TOKENS="x")
    assert "warning  SLACK_BOT_TOKENS is set, but is not a setting of Panelbot. Did you" in out
    assert err == ""


async def test_check_tells_a_file_that_everybody_can_read_and_all_that_cannot_be_read(tmp_path):
    file = tmp_path / ".env"
    lines = ("SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1", "OPENAI_API_KEY=sk-1")
    file.write_text("\n".join((*lines, "REDIS_URL=redis://127.0.0.1:1")))
    places = {"SLACK_API_URL": "http://127.0.0.1:1/", "OPENAI_BASE_URL": "http://127.0.0.1:1/"}
    places |= {"PANELBOT_PRICES": "/none", "PANELBOT_TOOLS": "/no", "PANELBOT_PANEL_FILE": "/not"}
    for mode, is_told in ((0o644, True), (0o600, False)):
        file.chmod(mode)
        _, out, _ = await panelbot(tmp_path, "check", **places)
        assert (f"{file} can be read by everybody" in out) is is_told
        for wrong in ("PANELBOT_PRICES /none", "PANELBOT_TOOLS /no", "/not"):
            assert f"bad      {wrong} cannot be read: No such file or directory" in out


async def test_a_folder_of_that_name_is_told_and_passed_over(tmp_path):
    (tmp_path / ".env").mkdir()

    _, out, err = await panelbot(tmp_path, "check")

    assert err == "panelbot: .env is a folder: no settings are read from it.\n"
    assert "SLACK_BOT_TOKEN or PANELBOT_CLIENT_ID is missing" in out


async def test_a_link_that_leads_nowhere_is_told(tmp_path):
    (tmp_path / ".env").symlink_to("nowhere")

    code, _, err = await panelbot(tmp_path, "check")

    assert (code, err) == (
        2,
        f"panelbot: {tmp_path}/.env cannot be read: No such file or directory\n",
    )


async def test_an_option_without_its_file_takes_nothing_else_for_one(tmp_path):
    code, _, err = await panelbot(tmp_path, "check", "--env-file")

    assert code == 2
    assert "Option '--env-file' requires an argument." in err
