"""What questions took, from the question to the terminal."""

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

from bot.playground.slack.workspace.company import ADA, BEN, GENERAL, PRODUCT
from tests.end_to_end.conftest import MENTION, World


async def asked(world: World) -> None:
    """Let Ada and Ben ask three questions in two channels."""
    world.say(f"{MENTION} please ask legal and finance")
    world.slack.people.say(BEN, GENERAL, f"{MENTION} please ask legal")
    world.slack.people.say(ADA, PRODUCT, f"{MENTION} please ask legal")
    await world.idle()


async def usage(world: World, *options: str) -> dict[str, dict[str, str]]:
    """Return what is printed as CSV, by name."""
    code, out, err = await world.panelbot("usage", "--format", "csv", *options)
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    return {next(value for key, value in row.items() if key != "month"): row for row in rows}


async def test_every_view_adds_up_to_the_same(bot: World):
    bot.environ["PANELBOT_USAGE_BY_PERSON"] = "yes"
    await bot.stop_bot()
    await bot.start_bot()
    await asked(bot)

    views = {
        by: await usage(bot, "--by", by)
        for by in ("expert", "channel", "person", "model", "workspace")
    }

    assert views["expert"].keys() == {"router", "legal", "finance"}
    assert views["channel"].keys() == {GENERAL, PRODUCT}
    assert views["person"].keys() == {ADA, BEN}
    (whole,) = views["workspace"].values()
    assert whole["questions"] == "3"
    for column in ("input", "cached", "output", "cost"):
        sums = {
            by: sum(Decimal(row[column]) for row in view.values()) for by, view in views.items()
        }
        assert set(sums.values()) == {Decimal(whole[column])}, (column, sums)
    assert {row["month"] for row in views["expert"].values()} == {f"{datetime.now(UTC):%Y-%m}"}
    assert [views["channel"][one]["questions"] for one in (GENERAL, PRODUCT)] == ["2", "1"]
    assert "E" not in whole["cost"]


async def test_people_are_told_of_only_where_settings_say_so_and_can_be_forgotten(bot: World):
    bot.environ["PANELBOT_USAGE_BY_PERSON"] = "yes"
    await bot.stop_bot()
    await bot.start_bot()
    await asked(bot)

    assert (await bot.panelbot("forget", BEN, "--yes"))[0] == 0

    left = await usage(bot, "--by", "person")
    assert left.keys() == {ADA, "unattributed"}
    assert left["unattributed"]["questions"] == ""
    code, out, _ = await bot.panelbot("audit", "export")
    assert code == 0
    assert "usage by person" in out
    del bot.environ["PANELBOT_USAGE_BY_PERSON"]
    code, out, err = await bot.panelbot("usage", "--by", "person")
    assert (code, out) == (1, "")
    assert "PANELBOT_USAGE_BY_PERSON=yes" in err


async def test_a_table_is_for_people_and_json_for_programs(bot: World):
    await asked(bot)

    code, table, _ = await bot.panelbot("usage", "--by", "channel")
    _, out, _ = await bot.panelbot("usage", "--by", "channel", "--format", "json")

    assert code == 0
    head, _, columns, *rows, _, note = table.splitlines()
    found = json.loads(out)
    assert head == f"{found['workspace']}, {found['month']}, by channel"
    assert columns.split() == ["questions", "input", "cached", "output", "cost"]
    assert [row.split()[0] for row in rows] == [GENERAL, PRODUCT, "total"]
    assert rows[-1].split()[1] == "3"
    assert found["prices_as_of"] in note
    assert isinstance(found["total"]["cost"], str)
    total = sum(Decimal(row["cost"]) for row in found["rows"])
    assert total == Decimal(found["total"]["cost"])


async def test_a_month_of_the_last_version_is_shown_as_it_was_counted(bot: World):
    await asked(bot)
    for key in await bot.redis.keys("*usage-channels*"):
        await bot.redis.delete(key)

    rows = await usage(bot, "--by", "channel")

    assert rows.keys() == {"unattributed"}
    assert rows["unattributed"]["questions"] == ""
    (whole,) = (await usage(bot, "--by", "workspace")).values()
    assert (whole["questions"], whole["input"]) == ("", rows["unattributed"]["input"])


async def test_a_month_of_which_nothing_is_kept_is_refused(world: World):
    for month in ("2019-01", "=1+1", "2026"):
        code, out, err = await world.panelbot("usage", "--month", month)
        assert (code, out) == (1, "")
        assert "must be a month from 2" in err
