"""Versions that run side by side, as ``panelbot check`` tells of them."""

import pytest

from bot import __version__
from bot.adapters.redis import keys
from bot.adapters.redis.processes.process_notes import RedisProcessNotes
from bot.assembly.checks.versions import findings
from tests.end_to_end.conftest import World


@pytest.mark.parametrize(
    "versions",
    [[], ["0.2.0"], ["0.2.0", "0.2.0"], ["0.1.9"], ["0.3.0.dev1"]],
)
def test_one_version_may_run_that_is_no_further_away_than_the_next(versions):
    assert findings([(one, "host:1") for one in versions], "0.2.0") == []


@pytest.mark.parametrize(
    ("versions", "own", "what"),
    [
        (["0.1.0", "0.2.0"], "0.2.0", "side by side: 0.1.0 in host:0; 0.2.0 in host:1"),
        (["0.9.1", "0.10.0"], "0.9.2", "side by side: 0.9.1 in host:0; 0.10.0 in host:1"),
        (["0.9.1", "1.0.0"], "1.0.0", "side by side: 0.9.1"),
        (["0.2.0", "0.2.1"], "0.2.0", "side by side: 0.2.0"),
        (["0.1.0", "0.3.0"], "0.3.0", "too far apart: 0.1.0 in host:0; 0.3.0 in host:1, this"),
        (["0.1.0"], "0.3.0", "too far apart: 0.1.0 in host:0; 0.3.0 in this command"),
        (["0.1.0", "0.2.0"], "0.3.0", "too far apart"),
        (["0.9.0", "1.1.0"], "1.1.0", "too far apart"),
    ],
)
def test_others_are_told(versions, own, what):
    [finding] = findings([(one, f"host:{n}") for n, one in enumerate(versions)], own)
    assert what in finding.what
    assert finding.remedy


async def test_the_check_tells_of_the_versions_of_running_processes(bot: World):
    notes = RedisProcessNotes(bot.redis, keys.key("versions", bot.slack.workspace.team_id))
    assert {version for version, _ in await notes.current()} == {__version__}
    assert "side by side" not in (await bot.panelbot("check"))[1]

    patched = f"{__version__}.1"
    await notes.renew([patched], "elsewhere:1")
    code, out, _ = await bot.panelbot("check")
    assert (code, f"; {patched} in elsewhere:1" in out) == (0, True)

    await notes.renew(["7.0.0"], "elsewhere:2")
    code, out, _ = await bot.panelbot("check")
    assert (code, "7.0.0 in elsewhere:2" in out, "End all processes" in out) == (1, True, True)
    await bot.stop_bot()
    assert dict(await notes.current()) == {patched: "elsewhere:1", "7.0.0": "elsewhere:2"}
