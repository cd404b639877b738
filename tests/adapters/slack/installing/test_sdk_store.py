"""Installations through the eyes of Bolt: each payload is answered with its own token."""

import asyncio
import logging
from dataclasses import replace

import pytest
from slack_bolt.authorization.async_authorize import AsyncInstallationStoreAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.oauth.installation_store import Installation as SdkInstallation

from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.stores.installation_store import RedisInstallationStore
from bot.adapters.slack.installing.sdk_store import SdkInstallationStore
from bot.playground.slack.workspace.other_companies import GLOBEX
from tests.organisation import INITECH, NORTH, SOUTH

ORG = INITECH.id


@pytest.fixture
def store(redis):
    return RedisInstallationStore(redis, "A1", Cipher([b"k" * 32]))


async def test_interleaved_payloads_of_many_installations_get_their_own_tokens(
    store, installed, web
):
    saved = {key: await store.save(installed(key)) for key in (GLOBEX, NORTH, SOUTH, ORG)}
    authorize = AsyncInstallationStoreAuthorize(
        logger=logging.getLogger("test"), installation_store=SdkInstallationStore(store)
    )

    async def token(enterprise_id, team_id, *, org_wide):
        context = AsyncBoltContext({"client": web, "is_enterprise_install": org_wide})
        about = {"enterprise_id": enterprise_id, "team_id": team_id, "user_id": "UANN"}
        found = await authorize(context=context, **about)
        return found and (found.bot_token, found.bot_id)

    asked = [
        ((None, GLOBEX, False), GLOBEX),
        ((ORG, NORTH, False), NORTH),
        ((ORG, SOUTH, False), SOUTH),
        ((ORG, SOUTH, True), ORG),
        ((ORG, None, True), ORG),
    ] * 5
    tokens = await asyncio.gather(*(token(e, t, org_wide=o) for (e, t, o), _ in asked))

    assert tokens == [(saved[key].token, saved[key].bot_id) for _, key in asked]
    assert await token(ORG, "T0OTHER", org_wide=False) is None
    assert await token(ORG, None, org_wide=False) is None


async def test_what_bolt_saves_is_found_and_removed(store):
    sdk = SdkInstallationStore(store)
    whole = SdkInstallation(
        app_id="A1", enterprise_id="E1", enterprise_name="Acme", team_id="T1", bot_token="xoxb-1",
        bot_id="B1", bot_user_id="W1", bot_scopes="chat:write,commands", user_id="UANN",
        is_enterprise_install=True, installed_at=5.5, bot_refresh_token="xoxe-1",
        bot_token_expires_at=1_790_000_000,
    )  # fmt: skip
    await sdk.async_save(whole)
    kept = await store.find("E1")

    assert (kept.team_id, kept.name, kept.refresh_token) == ("", "Acme", "xoxe-1")
    assert kept.scopes == {"chat:write", "commands"}
    bot = await sdk.async_find_bot(enterprise_id="E1", team_id="T1", is_enterprise_install=True)
    assert (bot.bot_token, bot.bot_refresh_token) == ("xoxb-1", None)

    await store.save(replace(kept, team_id="T1"))
    await sdk.async_delete_all(enterprise_id="E1", team_id="T1")
    assert await store.keys() == ["E1"]
    await sdk.async_delete_installation(enterprise_id="E1", team_id=None, user_id="UANN")
    assert await store.keys() == ["E1"]
    await sdk.async_delete_all(enterprise_id="E1", team_id=None)
    assert await store.count() == 0
