"""The promises of HandleStore, on the fake and on Redis alike."""

import pytest

from bot.adapters.redis.handle_store import RedisHandleStore
from bot.panel.handles import Handle
from bot.panel.model import ExpertName
from tests.fakes.handle_store import FakeHandleStore

LEGAL = Handle("S1", ExpertName("legal"), "Legal Counsel")


@pytest.fixture(params=["fake", "redis"])
async def handles(request, redis):
    return FakeHandleStore() if request.param == "fake" else RedisHandleStore(redis)


async def test_only_our_groups_are_found(handles):
    await handles.put("T1", LEGAL)

    assert await handles.find("T1", {"S1", "S2"}) == {"S1": LEGAL}
    assert await handles.find("T2", {"S1"}) == {}
    assert await handles.find("T1", ()) == {}


async def test_an_experts_handle_is_found_until_it_is_dropped(handles):
    await handles.put("T1", LEGAL)
    assert await handles.of_expert("T1", LEGAL.expert) == LEGAL

    await handles.drop("T1", "S1")
    assert await handles.of_expert("T1", LEGAL.expert) is None
