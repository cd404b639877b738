"""The promises of PanelStore, on the fake and on Redis alike."""

import json
from dataclasses import replace

import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.stores.panel_store import RedisPanelStore
from bot.panel.errors import TooNew
from bot.panel.model import Effort, Expert, ExpertName, Synthesis, ThreadRef, WhenUnsure
from bot.panel.roster.roster import ChannelScope, RosterChanges, Setting, WorkspaceScope, scopes_of
from tests.fakes.panel_store import FakePanelStore

THREAD = ThreadRef("T1", "C1", "1.0")
WORKSPACE = WorkspaceScope("T1")
CHANNEL = ChannelScope("T1", "C1")
LEGAL = Expert(ExpertName("legal"), "Legal Counsel", ":scales:", "Law.", "Answer as a lawyer.")
FINANCE = Expert(
    ExpertName("finance"), "Finanzen 💶", ":bank:", "Money.", "Count.", "gpt-6-sol", Effort.HIGH
)


@pytest.fixture(params=["fake", "redis"])
async def panels(request, redis):
    return FakePanelStore() if request.param == "fake" else RedisPanelStore(redis)


async def test_nothing_has_changed_at_first(panels):
    assert list(await panels.changes(scopes_of(THREAD))) == [RosterChanges()] * 3


async def test_no_scopes_have_no_changes(panels):
    assert list(await panels.changes([])) == []


@pytest.mark.parametrize("scope", [WORKSPACE, CHANNEL, THREAD])
async def test_each_scope_keeps_its_own_experts(panels, scope):
    await panels.add(scope, LEGAL)
    await panels.add(scope, FINANCE)

    found = dict(zip(scopes_of(THREAD), await panels.changes(scopes_of(THREAD)), strict=True))

    assert found.pop(scope) == RosterChanges(added={LEGAL.name: LEGAL, FINANCE.name: FINANCE})
    assert all(change == RosterChanges() for change in found.values())


async def test_an_expert_of_the_same_name_is_replaced(panels):
    await panels.add(CHANNEL, LEGAL)
    other = Expert(LEGAL.name, "Lawyer", ":owl:", "Law.", "Be brief.")
    await panels.add(CHANNEL, other)

    (changes,) = await panels.changes([CHANNEL])

    assert changes.added == {LEGAL.name: other}


async def test_a_removed_expert_is_off_the_panel_wherever_it_came_from(panels):
    await panels.add(CHANNEL, LEGAL)
    await panels.remove(CHANNEL, LEGAL.name)
    await panels.remove(CHANNEL, FINANCE.name)

    (changes,) = await panels.changes([CHANNEL])

    assert changes == RosterChanges(removed=frozenset({LEGAL.name, FINANCE.name}))


async def test_an_expert_that_is_added_again_is_no_longer_removed(panels):
    await panels.remove(CHANNEL, LEGAL.name)
    await panels.add(CHANNEL, LEGAL)

    (changes,) = await panels.changes([CHANNEL])

    assert changes == RosterChanges(added={LEGAL.name: LEGAL})


async def test_when_to_synthesise_is_remembered_and_can_be_inherited_again(panels):
    await panels.set(CHANNEL, Setting.SYNTHESIS, Synthesis.NEVER)
    assert [change.synthesis for change in await panels.changes([WORKSPACE, CHANNEL])] == [
        None,
        Synthesis.NEVER,
    ]

    await panels.set(CHANNEL, Setting.SYNTHESIS, None)
    assert list(await panels.changes([CHANNEL])) == [RosterChanges()]


@pytest.mark.parametrize("streaming", [True, False])
async def test_whether_replies_grow_is_remembered_and_can_be_inherited_again(panels, streaming):
    await panels.set(CHANNEL, Setting.STREAMING, streaming)
    assert [change.streaming for change in await panels.changes([WORKSPACE, CHANNEL])] == [
        None,
        streaming,
    ]

    await panels.set(CHANNEL, Setting.STREAMING, None)
    assert list(await panels.changes([CHANNEL])) == [RosterChanges()]


@pytest.mark.parametrize("unsure", WhenUnsure)
async def test_whether_people_are_asked_is_remembered_and_can_be_inherited_again(panels, unsure):
    await panels.set(CHANNEL, Setting.UNSURE, unsure)
    assert [one.unsure for one in await panels.changes([WORKSPACE, CHANNEL])] == [None, unsure]
    await panels.put(CHANNEL, RosterChanges(unsure=WhenUnsure.OFF))
    assert [one.unsure for one in await panels.changes([CHANNEL])] == [WhenUnsure.OFF]

    await panels.set(CHANNEL, Setting.UNSURE, None)
    assert list(await panels.changes([CHANNEL])) == [RosterChanges()]


async def test_the_rules_of_each_scope_are_kept_until_they_are_taken_back(panels):
    await panels.set(WORKSPACE, Setting.RULES, "At most two.\nNo jokes.")
    await panels.set(CHANNEL, Setting.RULES, "Always ask legal.")
    assert [change.rules for change in await panels.changes([WORKSPACE, CHANNEL])] == [
        "At most two.\nNo jokes.",
        "Always ask legal.",
    ]

    await panels.set(CHANNEL, Setting.RULES, None)
    assert list(await panels.changes([CHANNEL])) == [RosterChanges()]


async def test_all_that_a_scope_changes_is_put_at_once(panels):
    await panels.add(CHANNEL, LEGAL)
    await panels.set(CHANNEL, Setting.STREAMING, True)
    wanted = RosterChanges(
        {FINANCE.name: FINANCE},
        frozenset({LEGAL.name}),
        Synthesis.NEVER,
        streaming=False,
        rules="No.",
    )

    await panels.put(CHANNEL, wanted)
    assert list(await panels.changes([CHANNEL])) == [wanted]
    assert list(await panels.channels("T1")) == [CHANNEL]

    await panels.put(CHANNEL, RosterChanges())
    assert list(await panels.changes([CHANNEL])) == [RosterChanges()]


async def test_an_expert_may_be_called_like_a_setting(panels):
    named = Expert(ExpertName("synthesis"), "Chemist", ":test_tube:", "Chemistry.", "Mix.")
    await panels.add(CHANNEL, named)
    await panels.set(CHANNEL, Setting.SYNTHESIS, Synthesis.ALWAYS)

    (changes,) = await panels.changes([CHANNEL])

    assert changes == RosterChanges({named.name: named}, synthesis=Synthesis.ALWAYS)


async def test_the_channels_with_changes_are_listed(panels):
    for name in ("C2", "C1"):
        await panels.add(ChannelScope("T1", name), LEGAL)
    await panels.remove(ChannelScope("T1", "C3"), LEGAL.name)
    await panels.set(ChannelScope("T1", "C4"), Setting.SYNTHESIS, Synthesis.NEVER)
    for elsewhere in (WORKSPACE, THREAD, ChannelScope("T2", "C9")):
        await panels.add(elsewhere, LEGAL)

    assert [scope.channel_id for scope in await panels.channels("T1")] == ["C1", "C2", "C3", "C4"]
    assert list(await panels.channels("T3")) == []


async def test_a_scope_is_forgotten_alone(panels):
    await panels.add(CHANNEL, LEGAL)
    await panels.add(WORKSPACE, FINANCE)

    assert await panels.forget(CHANNEL)
    assert not await panels.forget(CHANNEL)

    assert list(await panels.channels("T1")) == []
    assert (await panels.changes([CHANNEL]))[0] == RosterChanges()
    assert (await panels.changes([WORKSPACE]))[0].added == {FINANCE.name: FINANCE}


async def test_what_a_newer_version_sets_and_says_of_an_expert_stays(redis):
    panels, key = RedisPanelStore(redis), keys.panel(CHANNEL)
    await panels.add(CHANNEL, LEGAL)
    await panels.add(CHANNEL, FINANCE)
    newer = (await redis.hget(key, LEGAL.name)).replace("{", '{"mood":["angry"],', 1)
    await redis.hset(key, mapping={LEGAL.name: newer, "@budget": "7"})

    (changes,) = await panels.changes([CHANNEL])
    renamed = replace(changes.added[LEGAL.name], title="Lawyer")
    await panels.put(CHANNEL, RosterChanges(added={LEGAL.name: renamed}))

    stored = await redis.hgetall(key)
    assert json.loads(stored[LEGAL.name])["mood"] == ["angry"]
    assert stored["@budget"] == "7"
    assert FINANCE.name not in stored
    assert list(await panels.changes([CHANNEL])) == [RosterChanges(added={LEGAL.name: renamed})]


async def test_a_setting_that_only_a_newer_version_knows_is_for_its_workers(redis):
    await redis.hset(keys.panel(CHANNEL), "@synthesis", "sometimes")
    with pytest.raises(TooNew):
        await RedisPanelStore(redis).changes([CHANNEL])
