"""The promises of HandleStore, on the fake and on Redis alike."""

from dataclasses import replace

import pytest

from bot.adapters.redis.stores.workspace_stores import RedisHandleStore
from bot.panel.messaging.handles import Handle
from bot.panel.model import ExpertName
from tests.fakes.handle_store import FakeHandleStore

LEGAL = Handle("S1", ExpertName("legal"), "panel-legal")


@pytest.fixture(params=["fake", "redis"])
async def handles(request, redis):
    return FakeHandleStore() if request.param == "fake" else RedisHandleStore(redis)


async def test_only_our_groups_are_found(handles):
    await handles.put("T1", LEGAL)

    assert await handles.find("T1", {"S1", "S2"}) == {"S1": LEGAL}
    assert await handles.find("T2", {"S1"}) == {}
    assert await handles.find("T1", ()) == {}


async def test_a_handle_is_known_until_it_is_dropped(handles):
    await handles.put("T1", LEGAL)
    assert await handles.of_team("T1") == [LEGAL]
    assert await handles.of_team("T2") == []

    await handles.drop("T1", "S1")
    assert await handles.of_team("T1") == []


async def test_the_latest_is_kept_of_a_group(handles):
    await handles.put("T1", LEGAL)
    asleep = replace(LEGAL, active=False)
    await handles.put("T1", asleep)

    assert await handles.of_team("T1") == [asleep]
