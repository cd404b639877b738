"""Showing and changing the settings of one workspace."""

import pytest

from bot.adapters.redis.codec import Unreadable
from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.stores.workspace_stores import RedisWorkspaceSettingsStore
from bot.panel.audit.audit_log import Auditor
from bot.panel.errors import Refused
from bot.panel.installations.workspace_settings import Origin
from bot.panel.model import UserId
from bot.settings.checked_settings import CheckedSettings
from bot.settings.environment import read
from tests.fakes.audit_log import FakeAuditLog
from tests.fakes.workspace_settings_store import FakeWorkspaceSettingsStore

ANN = UserId("U0ANN")
SERVER = {"OPENAI_BASE_URL": "https://models.example.com/v1", "OPENAI_API_KEY": "sk-theirs"}
MANY = {"PANELBOT_CLIENT_ID": "1234567890.1234567890123"}
KEYS = {"PANELBOT_ENCRYPTION_KEYS": "A" * 43}


class World:
    """One workspace."""

    def __init__(self, **environ):
        self.store = FakeWorkspaceSettingsStore()
        self.audit_log = FakeAuditLog()
        self.settings = CheckedSettings(
            read(MANY | environ), "T1", self.store, Auditor(self.audit_log)
        )

    async def own(self):
        return await self.store.of_team("T1")


async def test_a_change_is_shown_with_its_origin_and_recorded():
    world = World(PANELBOT_LANGUAGE="de")
    await world.settings.change({"PANELBOT_UNSURE": " eager "}, ANN)

    shown = {one.name: one for one in await world.settings.shown()}
    assert shown["PANELBOT_UNSURE"].value == "eager"
    assert shown["PANELBOT_UNSURE"].origin is Origin.WORKSPACE
    assert shown["PANELBOT_LANGUAGE"].origin is Origin.DEPLOYMENT
    assert shown["PANELBOT_LEARNING"].origin is Origin.DEFAULT
    assert "REDIS_URL" not in shown
    (record,) = [record async for record in world.audit_log.records("T1")]
    assert record.fields()["by"] == ANN
    assert record.fields()["subject"] == "PANELBOT_UNSURE"

    await world.settings.change({"PANELBOT_UNSURE": None}, ANN)
    assert await world.own() == {}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"PANELBOT_UNSURE": "perhaps"}, "should be one of off, cautious, eager"),
        ({"PANELBOT_MAX_CONSULTATIONS": "50"}, "more than this installation allows"),
        ({"REDIS_URL": None}, "cannot be set for a workspace"),
        ({"PANELBOT_BACKEND": "stateless"}, "Only whoever runs me"),
        ({"OPENAI_API_KEY": "sk-theirs"}, "no key to encrypt it"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(changes, told):
    world = World()
    with pytest.raises(Refused) as caught:
        await world.settings.change({"PANELBOT_LANGUAGE": "de", **changes}, ANN)

    assert told in str(caught.value)
    assert await world.own() == {}


async def test_a_secret_is_never_shown_nor_recorded():
    world = World(**KEYS, OPENAI_API_KEY="sk-ours")
    await world.settings.change(SERVER, None)

    assert (await world.own())["OPENAI_API_KEY"] == "sk-theirs"
    assert "sk-" not in str(await world.settings.shown())
    assert "sk-" not in str([one.fields() async for one in world.audit_log.records("T1")])


async def test_nobody_sends_a_key_elsewhere_that_somebody_else_has_given():
    world = World(**KEYS)
    await world.settings.change({"OPENAI_API_KEY": "sk-theirs"}, ANN)
    with pytest.raises(Refused, match="together"):
        await world.settings.change({"OPENAI_BASE_URL": "https://evil.example.com/v1"}, None)

    await world.settings.change(SERVER, None)
    await world.settings.change({"OPENAI_BASE_URL": None}, None)
    assert await world.own() == {}


async def test_an_older_value_that_is_too_much_by_now_does_not_hinder_others():
    world = World(PANELBOT_MAX_CONSULTATIONS="5")
    await world.store.change("T1", {"PANELBOT_MAX_CONSULTATIONS": "9"})
    await world.settings.change({"PANELBOT_LANGUAGE": "de"}, ANN)

    shown = {one.name: one for one in await world.settings.shown()}
    assert shown["PANELBOT_MAX_CONSULTATIONS"].value == "5"


async def test_an_admin_may_bring_a_key_but_not_undo_what_the_operator_has_set():
    world = World(**KEYS)
    await world.settings.change({"OPENAI_API_KEY": "sk-theirs"}, ANN)
    await world.settings.change({"OPENAI_API_KEY": None}, ANN)
    assert await world.own() == {}

    await world.settings.change(SERVER, None)
    with pytest.raises(Refused, match="Only whoever runs me"):
        await world.settings.change({"OPENAI_API_KEY": None}, ANN)


async def test_what_the_bot_cannot_be_made_of_is_refused():
    def check_parts(config):
        if config.backend == "assistants":
            raise Refused("It cannot offer web-search.")

    store = FakeWorkspaceSettingsStore()
    settings = CheckedSettings(read(MANY), "T1", store, Auditor(FakeAuditLog()), check_parts)
    with pytest.raises(Refused, match="web-search"):
        await settings.change({"PANELBOT_BACKEND": "assistants"}, None)
    await settings.change({"PANELBOT_BACKEND": "stateless"}, None)


async def test_what_cannot_be_read_any_more_can_be_taken_back(redis):
    lost = RedisWorkspaceSettingsStore(redis, Cipher([b"1" * 32]))
    await lost.change("T1", SERVER)
    store = RedisWorkspaceSettingsStore(redis, Cipher([b"2" * 32]))
    settings = CheckedSettings(read(MANY | KEYS), "T1", store, Auditor(FakeAuditLog()))
    with pytest.raises(Unreadable):
        await settings.shown()

    await settings.change({"OPENAI_API_KEY": None}, None)
    assert await store.of_team("T1") == {}


async def test_the_only_workspace_of_a_deployment_has_its_settings():
    store = FakeWorkspaceSettingsStore()
    settings = CheckedSettings(read({}), "T1", store, Auditor(FakeAuditLog()))
    assert not settings.can_change
    with pytest.raises(Refused, match="one workspace only"):
        await settings.change({"PANELBOT_LANGUAGE": "de"}, ANN)
