"""Documents and tools of the defaults stay in the organisation, however a channel is shared."""

from dataclasses import replace

import pytest

from bot.adapters.redis.stores.workspace_stores import RedisSharedChannelStore
from bot.adapters.slack.api.channel_facts import SlackChannelFacts, _is_shared
from bot.panel.access.policy import AccessPolicy
from bot.panel.errors import Refused, StoreUnavailable
from bot.panel.model import CollectionId, UserId
from bot.panel.roster.roster import ChannelScope, WorkspaceScope
from bot.panel.texts import shortcomings
from bot.panel.tools import HostedTool, Toolbox, name_of
from bot.playground.slack.workspace.company import GENERAL, PRIVATE, PRODUCT
from tests.panel.conftest import EXPERTS, Bench

HERE, EVERYWHERE = ChannelScope("T1", "C1"), WorkspaceScope("T1")
WEB = name_of(HostedTool.WEB_SEARCH)
_, LEGAL = EXPERTS
TAUGHT = replace(LEGAL, collections=(CollectionId("vs_secret"),), tools=(WEB,))


@pytest.fixture
async def bench() -> Bench:
    bench = Bench(toolbox=Toolbox((HostedTool.WEB_SEARCH,)))
    await bench.panels.add(EVERYWHERE, TAUGHT)
    bench.channels.shared.add("C1")
    return bench


async def used(bench: Bench) -> tuple[object, ...]:
    bench.model.script("legal", "Yes.")
    await bench.ask("legal: May we?")
    (prompt,) = bench.model.asked("legal")
    return (*prompt.collections, *prompt.server_tools)


async def test_what_the_defaults_have_is_not_used_in_a_shared_channel(bench):
    assert await used(bench) == ()
    (reply,) = [text for who, text in bench.messenger.said if who == "Legal Counsel"]
    assert reply.endswith(shortcomings.withheld_from_shared_channel())


@pytest.mark.parametrize("sharing", ["C1", "T1", "all"])
async def test_operators_may_allow_it(bench, sharing):
    bench.policy = replace(bench.policy, sharing=frozenset({sharing}))
    assert len(await used(bench)) == 2


async def test_elsewhere_it_is_used(bench):
    bench.channels.shared.clear()
    assert len(await used(bench)) == 2


async def test_editing_an_expert_in_the_channel_does_not_carry_its_documents_there(bench):
    await bench.panels.add(HERE, replace(TAUGHT, purpose="Licences, and more."))
    assert await used(bench) == ()


async def test_what_the_channel_itself_has_given_is_used(bench):
    own = replace(TAUGHT, collections=(*TAUGHT.collections, CollectionId("vs_ours")), tools=())
    await bench.panels.add(HERE, own)
    assert await used(bench) == ("vs_ours",)


async def test_partners_who_may_ask_do_not_see_what_earlier_answers_rely_on(bench):
    access = bench.access()
    await access.check_sees(UserId("UMEMBER"), "C1")
    with pytest.raises(Refused, match="other organisations"):
        await access.check_sees(UserId("USTRANGER"), "C1")

    bench.policy = AccessPolicy(frozenset({"partners"}), sharing=frozenset({"C1"}))
    await bench.access().check_sees(UserId("USTRANGER"), "C1")


@pytest.mark.parametrize(
    ("told", "shared"),
    [
        ({"is_ext_shared": True}, True),
        ({"is_pending_ext_shared": True}, True),
        ({"is_shared": True}, True),
        ({"is_shared": True, "is_org_shared": True}, False),
        ({"is_shared": True, "is_org_shared": True, "is_ext_shared": True}, True),
        ({"is_shared": False, "is_ext_shared": False, "is_pending_ext_shared": False}, False),
    ],
)
def test_slacks_ways_to_say_so(told, shared):
    assert _is_shared(told) is shared


class NobodyTold(RedisSharedChannelStore):
    def __init__(self) -> None:
        self.told: dict[str, bool] = {}

    async def note(self, channel_id: str, *, shared: bool) -> None:
        self.told[channel_id] = shared

    async def is_shared(self, channel_id: str) -> bool | None:
        return self.told.get(channel_id)


async def test_a_channel_of_which_nobody_tells_anything_counts_as_shared(neighbour):
    facts = SlackChannelFacts(neighbour.api, NobodyTold())
    assert [await facts.is_shared(one) for one in (GENERAL, PRODUCT)] == [True, False]

    neighbour.slack.state.scopes -= {"channels:read", "groups:read", "im:read", "mpim:read"}
    facts = SlackChannelFacts(neighbour.api, NobodyTold())
    assert await facts.is_shared(PRODUCT)

    await facts.note(PRODUCT, shared=False)  # as events say
    assert not await facts.is_shared(PRODUCT)


async def test_an_event_says_at_once_that_a_channel_has_become_shared(neighbour):
    facts = SlackChannelFacts(neighbour.api, NobodyTold())
    assert not await facts.is_shared(PRIVATE)
    await facts.note(PRIVATE, shared=True)

    assert await facts.is_shared(PRIVATE)


async def test_what_redis_keeps_of_it_is_read_by_all_processes(redis):
    await RedisSharedChannelStore(redis, "T1").note("C1", shared=True)

    assert await RedisSharedChannelStore(redis, "T1").is_shared("C1") is True
    assert await RedisSharedChannelStore(redis, "T1").is_shared("C2") is None
    assert await RedisSharedChannelStore(redis, "T2").is_shared("C1") is None


async def test_without_redis_nothing_is_guessed(redis):
    await redis.set("panelbot:shared:T1", "of another kind")
    with pytest.raises(StoreUnavailable):
        await RedisSharedChannelStore(redis, "T1").is_shared("C1")
