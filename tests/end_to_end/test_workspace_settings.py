"""``panelbot settings``, and ``--workspace``, where several workspaces have installed the app."""

import json
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.stores.installation_store import RedisInstallationStore
from bot.panel.installations.installation import Installation
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.end_to_end.conftest import World
from tests.processes import bot_process

CLIENT = "1234567890.1234567890123"
NORTH = Installation("A1", "T0NORTH", "", "B2", "U0BOT2", "xoxb-of-north", name="North Wind")


@pytest.fixture
async def many(world: World):
    """Two workspaces have installed the app: that of the local Slack, and another."""
    world.environ |= {
        "PANELBOT_CLIENT_ID": CLIENT,
        "PANELBOT_CLIENT_SECRET": "0f1e2d3c4b5a0f1e2d3c4b5a",
        "PANELBOT_PUBLIC_URL": "https://panelbot.example.com",
        "PANELBOT_ENCRYPTION_KEYS": "A" * 43,
    }
    store = RedisInstallationStore(world.redis, CLIENT, Cipher([bytes(32)]))
    token = world.environ.pop("SLACK_BOT_TOKEN")
    team = world.slack.workspace.team_id
    await store.save(replace(NORTH, team_id=team, token=token, name="Acme", url=world.slack.url))
    await store.save(NORTH)
    return world


def _type_in(typed: Path) -> None:
    sys.stdin = typed.open()


async def test_a_workspace_has_its_own_settings(many: World):
    team = many.slack.workspace.team_id
    code, out, err = await many.panelbot("settings", "set", "PANELBOT_UNSURE", "eager")
    assert (code, out) == (1, "")
    assert f"{team} (Acme)" in err
    assert "T0NORTH (North Wind)" in err

    set_ = ("settings", "set", "PANELBOT_UNSURE", "eager", "--workspace", "north wind")
    assert await many.panelbot(*set_) == (0, "Set: PANELBOT_UNSURE\n", "")

    _, out, _ = await many.panelbot("settings", "show", "T0NORTH")
    assert "PANELBOT_UNSURE=eager  (workspace)" in out
    _, out, _ = await many.panelbot("settings", "show", team, "--json")
    shown = {one["name"]: one for one in json.loads(out)}
    assert shown["PANELBOT_UNSURE"]["origin"] == "default"
    assert shown["OPENAI_API_KEY"]["value"] == ""

    unset = ("settings", "unset", "PANELBOT_UNSURE", "--workspace", "T0NORTH")
    assert (await many.panelbot(*unset))[0] == 0
    _, out, _ = await many.panelbot("settings", "show", "T0NORTH")
    assert "PANELBOT_UNSURE=off  (default)" in out


async def test_a_secret_is_asked_for_and_never_shown(many: World, tmp_path: Path):
    team = ("--workspace", "T0NORTH")
    code, _, err = await many.panelbot("settings", "set", "OPENAI_API_KEY", "sk-theirs", *team)
    assert code == 1
    assert "leave out the value" in err

    address = ("OPENAI_BASE_URL", "https://models.example.com/v1")
    typed = tmp_path / "typed"
    typed.write_text("sk-theirs\n")
    prepare = partial(_type_in, typed)
    args = ("settings", "set", *address, *team)
    async with bot_process(*args, environ=many.environ, prepare=prepare) as process:
        printed = await process.communicate()
    assert process.returncode == 0, printed
    _, out, _ = await many.panelbot("settings", "show", "T0NORTH")
    assert "OPENAI_API_KEY=(secret)  (workspace)" in out
    assert "OPENAI_BASE_URL=https://models.example.com/v1  (workspace)" in out
    assert "sk-theirs" not in out
    assert "sk-theirs" not in str(await many.redis.hgetall("panelbot:settings:T0NORTH"))


async def test_other_commands_are_told_which_workspace_they_are_about(many: World):
    code, _, err = await many.panelbot("experts", "export")
    assert code == 1
    assert "Name the workspace with --workspace" in err

    code, out, err = await many.panelbot("experts", "export", "--workspace", "acme")
    assert code == 0, err
    assert "version: 1" in out
    code, _, err = await many.panelbot("usage", "--workspace", "T0NOWHERE")
    assert code == 1
    assert "has installed the app. Installed: " in err


async def test_with_one_token_there_is_nothing_to_choose(world: World):
    code, _, err = await world.panelbot("settings", "show")
    assert (code, "Only with PANELBOT_CLIENT_ID" in err) == (1, True)
    code, _, err = await world.panelbot("experts", "export", "--workspace", "T0ACME")
    assert (code, "leave out --workspace" in err) == (1, True)


async def test_with_one_token_admins_see_what_counts_and_change_nothing(world: World):
    world.environ["PANELBOT_LANGUAGE"] = "en"
    await world.start_bot()
    await world.slack.people.slash(ADA, GENERAL, "/experts", "settings")
    await world.slack.people.wait_for(lambda: world.slack.workspace.views)

    (view,) = world.slack.workspace.views.values()
    assert "`PANELBOT_LANGUAGE`: `en` _(set by whoever runs me)_" in str(view.content["blocks"])
    assert "`OPENAI_API_KEY`: `(secret)`" in str(view.content["blocks"])
    assert "sk-" not in str(view.content)
    assert [one["type"] for one in view.content["blocks"] if one["type"] == "input"] == []


async def test_a_value_that_cannot_be_read_any_more_is_named_and_taken_back(many: World):
    await many.redis.hset("panelbot:settings:T0NORTH", "PANELBOT_UNSURE", "of-a-former-version")
    code, _, err = await many.panelbot("settings", "show", "T0NORTH")
    assert (code, "Traceback" in err) == (2, False)
    assert "PANELBOT_UNSURE" in err

    unset = ("settings", "unset", "PANELBOT_UNSURE", "--workspace", "T0NORTH")
    assert (await many.panelbot(*unset))[0] == 0
    assert (await many.panelbot("settings", "show", "T0NORTH"))[0] == 0


@pytest.mark.parametrize("command", ["web", "worker"])
@pytest.mark.parametrize("setting", ["PANELBOT_PANEL_FILE", "PANELBOT_TOOLS", "PANELBOT_PRICES"])
async def test_a_file_that_cannot_be_used_ends_what_would_serve_many_workspaces(
    many: World, tmp_path: Path, command: str, setting: str
):
    file = tmp_path / "file.yaml"
    file.write_text("- not what it should be\n")
    many.environ[setting] = str(file)

    code, _, err = await many.panelbot(command)

    assert code == 1
    assert err.splitlines()[-1].startswith(f"panelbot: {setting} {file}:1:1: ")
