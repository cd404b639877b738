"""The promises of InstallationStore, on the fake and on Redis alike."""

import asyncio
from dataclasses import replace

import pytest

from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.stores.installation_store import RedisInstallationStore
from bot.panel.installations.installation import Installation, NoEncryptionKey
from tests.fakes.installation_store import FakeInstallationStore

ACME = Installation(
    app_id="A1", team_id="T1", enterprise_id="", bot_id="B1", bot_user_id="U1", token="xoxb-1",
    scopes=frozenset({"chat:write", "commands"}), url="https://acme.example/", name="Acme",
    installer="UANN", installed_at=1_790_000_000,
)  # fmt: skip
GLOBEX = replace(
    ACME, team_id="", enterprise_id="E1", bot_id="B2", bot_user_id="W1", token="xoxb-2",
    refresh_token="xoxe-2", expires_at=1_790_043_200.5,
)  # fmt: skip
NORTH = replace(ACME, team_id="T2", enterprise_id="E1", bot_id="B3", token="xoxb-3")


def made(kind, redis, keys=(b"k" * 32,)):
    if kind == "fake":
        return FakeInstallationStore(encrypts=bool(keys))
    return RedisInstallationStore(redis, "A1", Cipher(keys))


@pytest.fixture(params=["fake", "redis"])
async def store(request, redis):
    return made(request.param, redis)


async def test_what_is_saved_is_found_with_its_generation(store):
    saved = [await store.save(one) for one in (ACME, GLOBEX, NORTH)]

    assert [replace(one, generation=0) for one in saved] == [ACME, GLOBEX, NORTH]
    assert [await store.find(key) for key in ("T1", "E1", "T2")] == saved
    assert await store.find("T3") is None


async def test_a_new_installation_takes_the_place_of_the_former_one_and_rises(store):
    first = await store.save(replace(GLOBEX, team_id="T1"))
    second = await store.save(ACME)

    assert second.generation > first.generation
    assert await store.find("T1") == second
    assert await store.count() == 1


async def test_the_generation_rises_beyond_a_removal(store):
    first = await store.save(ACME)
    await store.remove("T1", first.generation)

    assert (await store.save(ACME)).generation > first.generation


async def test_a_workspace_acts_with_its_own_token_else_with_that_of_its_organisation(store):
    org, north = await store.save(GLOBEX), await store.save(NORTH)
    await store.note_teams("E1", frozenset({"T2", "T3"}))

    assert await store.for_team("T2") == north
    assert await store.for_team("T3") == org
    assert await store.for_team("T4") is None
    assert await store.for_team("T1") is None

    await store.remove("T2", north.generation)
    assert await store.for_team("T2") == org


async def test_teams_may_be_noted_before_the_organisation_is_saved(store):
    await store.note_teams("E1", frozenset({"T3"}))
    assert await store.for_team("T3") is None

    org = await store.save(GLOBEX)
    assert await store.for_team("T3") == org


async def test_a_workspace_that_is_dropped_is_not_acted_in(store):
    await store.save(GLOBEX)
    await store.note_teams("E1", frozenset({"T3", "T4"}))
    await store.drop_teams("E1", frozenset({"T4", "T5"}))

    assert await store.for_team("T4") is None
    assert await store.teams("E1") == {"T3"}


async def test_only_the_organisation_that_has_a_workspace_drops_it(store):
    await store.note_teams("E1", frozenset({"T3"}))
    await store.note_teams("E2", frozenset({"T3"}))
    await store.drop_teams("E1", frozenset({"T3"}))

    assert await store.teams("E1") == frozenset()
    assert await store.teams("E2") == {"T3"}


async def test_what_slack_said_of_a_workspace_later_counts_in_any_order(store):
    team = frozenset({"T3"})
    await store.drop_teams("E1", team, at=1_790_000_000.0002)
    await store.note_teams("E1", team, at=1_790_000_000.0001)
    await store.note_teams("E1", team)
    assert await store.teams("E1") == frozenset()

    await store.note_teams("E1", team, at=1_790_000_000.0003)
    await store.drop_teams("E1", team, at=1_790_000_000.0002)
    assert await store.teams("E1") == team


async def test_nothing_of_that_is_left_after_a_removal(store):
    org = await store.save(GLOBEX)
    await store.drop_teams("E1", frozenset({"T3"}), at=5)
    await store.remove("E1", org.generation)
    await store.note_teams("E1", frozenset({"T3"}), at=4)

    assert await store.teams("E1") == {"T3"}


async def test_an_installation_of_one_workspace_acts_there_and_nowhere_else(store):
    await store.save(NORTH)
    await store.note_teams("E1", frozenset({"T3"}))

    assert await store.teams("T2") == {"T2"}
    assert await store.teams("T9") == frozenset()


async def test_tokens_are_replaced_only_in_the_generation_that_they_belong_to(store):
    first = await store.save(GLOBEX)
    new = replace(first, token="xoxb-9", refresh_token="xoxe-9", expires_at=1_790_086_400.0)
    assert await store.replace_tokens(new)
    assert await store.find("E1") == replace(new, renewals=1)
    assert not await store.replace_tokens(new)  # others were stored since it was read

    second = await store.save(GLOBEX)
    assert not await store.replace_tokens(new)
    assert not await store.replace_tokens(replace(ACME, generation=first.generation))
    assert await store.find("E1") == second
    assert await store.find("T1") is None


async def test_tokens_that_expire_are_listed_until_they_cannot_be_refreshed(store):
    for one in (ACME, GLOBEX, replace(NORTH, expires_at=1_790_000_000)):
        await store.save(one)
    assert await store.expiring(before=1_790_000_000) == []
    assert await store.expiring(before=1_800_000_000) == ["T2", "E1"]

    org, north = await store.find("E1"), await store.find("T2")
    assert await store.replace_tokens(replace(north, expires_at=1_810_000_000.0))
    assert await store.need_reinstall(org)
    assert await store.find("E1") == replace(org, needs_reinstall=True)
    assert not await store.need_reinstall(north)
    assert await store.expiring(before=1_800_000_000) == []

    assert await store.replace_tokens(org)  # it could be, after all
    assert await store.find("E1") == replace(org, renewals=1)
    await store.remove("E1", org.generation)
    assert await store.expiring(before=2_000_000_000) == ["T2"]


async def test_a_new_installation_needs_no_other(store):
    await store.need_reinstall(await store.save(GLOBEX))

    assert await store.save(GLOBEX) == await store.find("E1")
    assert not (await store.find("E1")).needs_reinstall


async def test_one_at_a_time_refreshes_a_token(store):
    inside: list[str] = []

    async def refresh(key):
        async with store.refreshing(key):
            inside.append(key)
            assert inside.count(key) == 1
            await asyncio.sleep(0.01)
            inside.remove(key)

    await asyncio.gather(*map(refresh, ["E1", "E1", "T1", "E1"]))


async def test_only_the_generation_that_is_stored_is_removed(store):
    first = await store.save(GLOBEX)
    second = await store.save(GLOBEX)
    await store.note_teams("E1", frozenset({"T3"}))
    assert not await store.remove("E1", first.generation)
    assert not await store.remove("T1", second.generation)
    assert await store.for_team("T3") == second

    assert await store.remove("E1", second.generation)
    assert not await store.remove("E1", second.generation)
    assert await store.find("E1") is None
    assert await store.teams("E1") == frozenset()
    assert await store.count() == 0


async def test_all_are_listed_in_pages(store):
    names = sorted(f"T{number}" for number in range(25))
    for name in names:
        await store.save(replace(ACME, team_id=name))

    pages = [await store.keys(limit=10)]
    while pages[-1]:
        pages.append(await store.keys(after=pages[-1][-1], limit=10))

    assert [key for page in pages for key in page] == names
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert await store.count() == 25


@pytest.mark.parametrize("kind", ["fake", "redis"])
async def test_a_second_one_needs_a_key_and_the_refusal_says_how_to_make_it(kind, redis):
    store = made(kind, redis, keys=())
    first = await store.save(ACME)
    again = await store.save(replace(ACME, token="xoxb-7"))

    with pytest.raises(NoEncryptionKey, match="panelbot keys new"):
        await store.save(NORTH)
    assert await store.keys() == ["T1"]
    assert again.generation > first.generation
    assert await store.find("T2") is None


async def test_bots_tell_whose_they_are(store):
    for one in (ACME, GLOBEX, replace(NORTH, bot_user_id="U1")):
        await store.save(one)
    assert await store.of_bots(["U1", "W1", "U9"]) == {
        "U1": frozenset({"T1", "T2"}),
        "W1": frozenset({"E1"}),
    }

    again = await store.save(replace(ACME, bot_user_id="U7"))
    assert await store.of_bots(["U1", "U7"]) == {
        "U1": frozenset({"T2"}),
        "U7": frozenset({"T1"}),
    }

    await store.remove("T1", again.generation)
    assert await store.of_bots(["U7"]) == {}
