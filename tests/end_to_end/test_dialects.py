"""What people read in Slack when the model's server speaks a dialect: one row, one test."""

import pytest

from tests.dialects.rows import ThreadRow
from tests.dialects.server import DialectServer
from tests.dialects.tables import THREADS
from tests.end_to_end.conftest import MENTION, World

CASES = [pytest.param(row, id=f"{row.dialect.name}: {row.id}") for row in THREADS]


@pytest.mark.parametrize("row", CASES)
async def test_thread(world: World, row: ThreadRow) -> None:
    async with DialectServer(row.dialect, row.answers, row.elsewhere).running() as server:
        world.environ |= {"OPENAI_BASE_URL": server.base_url, "PANELBOT_BACKEND": row.backend}
        world.environ |= row.environ
        await world.start_bot()
        ts = None
        for asked in row.asks:
            thread = world.say(f"{MENTION} {asked}", ts)
            ts = ts or thread
            await world.idle()
        said = world.said(ts)
        await world.stop_bot()
    if row.is_in_order:
        assert said == list(row.said)
    else:
        assert sorted(said) == sorted(row.said)
    for words in row.absent:
        assert not [text for _, text in said if words in text]
