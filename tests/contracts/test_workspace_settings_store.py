"""The promises of WorkspaceSettingsStore, on the fake and on Redis alike."""

import pytest

from bot.adapters.redis import codec
from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.key_rotation import KeyRotation
from bot.adapters.redis.stores.workspace_stores import RedisWorkspaceSettingsStore
from tests.fakes.workspace_settings_store import FakeWorkspaceSettingsStore

SECRET = Cipher([bytes(32)])


@pytest.fixture(params=["fake", "redis", "encrypted"])
async def store(request, redis):
    if request.param == "fake":
        return FakeWorkspaceSettingsStore()
    return RedisWorkspaceSettingsStore(redis, *([SECRET] if request.param == "encrypted" else []))


async def test_each_workspace_has_its_own(store):
    await store.change("T1", {"PANELBOT_LANGUAGE": "de", "PANELBOT_UNSURE": "eager"})
    await store.change("T2", {"PANELBOT_LANGUAGE": "fr"})
    await store.change("T1", {"PANELBOT_LANGUAGE": None, "PANELBOT_LEARNING": "channel"})

    own = {"PANELBOT_UNSURE": "eager", "PANELBOT_LEARNING": "channel"}
    assert await store.of_team("T1") == own
    assert await store.of_team("T2") == {"PANELBOT_LANGUAGE": "fr"}
    assert await store.of_team("T3") == {}

    await store.forget("T1")
    assert await store.of_team("T1") == {}
    assert await store.of_team("T2") == {"PANELBOT_LANGUAGE": "fr"}


async def test_a_secret_is_bound_to_its_workspace_and_setting(redis):
    store = RedisWorkspaceSettingsStore(redis, SECRET)
    await store.change("T1", {"OPENAI_API_KEY": "sk-of-one"})
    at = "panelbot:settings:"
    stored = await redis.hget(f"{at}T1", "OPENAI_API_KEY")
    assert "sk-of-one" not in stored

    await redis.hset(f"{at}T2", "OPENAI_API_KEY", stored)
    with pytest.raises(codec.Unreadable):
        await store.of_team("T2")


async def test_a_rotation_of_keys_takes_settings_along(redis):
    old, new = bytes([1]) * 32, bytes([2]) * 32
    await RedisWorkspaceSettingsStore(redis, Cipher([old])).change("T1", {"OPENAI_API_KEY": "sk-1"})

    rotated = await KeyRotation(redis, Cipher([new, old])).run()

    assert (rotated.renewed, rotated.unreadable) == (1, 0)
    after = RedisWorkspaceSettingsStore(redis, Cipher([new]))
    assert await after.of_team("T1") == {"OPENAI_API_KEY": "sk-1"}
