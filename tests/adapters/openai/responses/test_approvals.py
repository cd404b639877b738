"""Requests for approval, with the playground's model and a server of tools: no canned answers."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.responses.stateless import StatelessModel
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.stores.conversation_store import RedisConversationStore
from bot.panel.language_model.exchange import (
    ApprovalGiven,
    Item,
    ModelSaid,
    Prompt,
    Responded,
    StoredItem,
    ToolUsed,
    UserSaid,
)
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import ExpertLabels
from bot.panel.model import ConversationId, Effort, ExpertName, ThreadRef
from bot.panel.tools import Approval, ApprovalWanted, McpServer
from bot.playground.mcp.server import McpPlayground
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import UseServer
from tests.openai_client import strict_client
from tests.scripted_brain import ScriptedBrain

LABELS = ExpertLabels(ThreadRef("T1", "C1", "1.0"), ExpertName("legal"), ConversationId("conv_0"))
LOOK_UP = UseServer("shop", "look_up_price", {"plan": "team"})
TICKET = UseServer("shop", "open_ticket", {"title": "Broken", "details": "All."})
QUESTION = UserSaid('<message ref="call_1">What does it cost?</message>')


class Expert:
    """A model that may use the shop, and one conversation with it."""

    def __init__(self, model: LanguageModel, shop: McpPlayground, brain: ScriptedBrain) -> None:
        self.model = model
        self.brain = brain
        self.shop = shop
        self.approval: Approval | tuple[str, ...] = Approval.ALWAYS
        self.conversation = ConversationId("")

    async def hear(self, *items: Item) -> Responded:
        """Send *items*; returns what came of it."""
        self.conversation = self.conversation or await self.model.open(LABELS)
        shop = McpServer("shop", self.shop.url, "A shop", self.approval, authorization="key")
        prompt = Prompt(
            self.conversation, "gpt-6.1-terra", Effort.LOW, "Sell.", items, server_tools=(shop,)
        )
        *_, last = [event async for event in self.model.respond(prompt)]
        assert isinstance(last, Responded)
        return last

    async def kept(self) -> list[StoredItem]:
        """Return what the conversation holds, the oldest first."""
        return [item async for item in self.model.items(self.conversation)][::-1]


@pytest.fixture(params=["conversations", "stateless"])
async def expert(request: pytest.FixtureRequest, redis: Connection) -> AsyncIterator[Expert]:
    brain = ScriptedBrain()
    async with (
        McpPlayground(token="key") as shop,
        OpenAIPlayground(brain=brain) as server,
        strict_client(server) as client,
    ):
        if request.param == "conversations":
            yield Expert(ConversationsModel(client, salt="s"), shop, brain)
        else:
            store = RedisConversationStore(redis)
            yield Expert(StatelessModel(client, store, salt="s"), shop, brain)
    brain.assert_all_used()


def yes(wanted: ApprovalWanted) -> ApprovalGiven:
    return ApprovalGiven(wanted.request, True, "Ann approves of it.")


async def test_what_the_model_wants_is_told_and_stored(expert: Expert) -> None:
    expert.brain.then("Let me see.", LOOK_UP, TICKET)

    responded = await expert.hear(QUESTION)

    assert responded.text == "Let me see."
    price, ticket = responded.wanted
    assert (price.server, price.tool, price.arguments) == (
        "shop",
        "look_up_price",
        '{"plan":"team"}',
    )
    assert ticket.tool == "open_ticket"
    assert (await expert.kept())[-2:] == [price, ticket]
    found = await expert.model.since(expert.conversation, 'ref="call_1"')
    assert found == [QUESTION, ModelSaid("Let me see."), price, ticket]


async def test_the_model_goes_on_from_a_decision(expert: Expert) -> None:
    expert.brain.then(LOOK_UP, TICKET)
    price, ticket = (await expert.hear(QUESTION)).wanted
    expert.brain.then("49 a month.")

    responded = await expert.hear(yes(price), ApprovalGiven(ticket.request, False, "Too many."))

    assert (responded.text, responded.wanted) == ("49 a month.", ())
    assert expert.shop.calls == [("look_up_price", {"plan": "team"})]
    assert (await expert.kept())[-4:] == [
        yes(price),
        ApprovalGiven(ticket.request, False, "Too many."),
        ToolUsed("shop: look_up_price"),
        ModelSaid("49 a month."),
    ]


async def test_what_nobody_decided_stops_no_conversation(expert: Expert) -> None:
    expert.brain.then(LOOK_UP, TICKET)
    await expert.hear(QUESTION)
    expert.brain.then("Something else, then.")

    assert (await expert.hear(UserSaid("Never mind."))).text == "Something else, then."
    assert expert.shop.calls == []


async def test_a_tool_is_used_once_however_long_the_conversation_goes_on(expert: Expert) -> None:
    expert.brain.then(TICKET)
    (ticket,) = (await expert.hear(QUESTION)).wanted
    expert.brain.then("Done.")
    await expert.hear(yes(ticket))
    expert.brain.then("You are welcome.")

    await expert.hear(UserSaid("Thanks."))

    assert len(expert.shop.calls) == 1


async def test_a_tool_that_asks_nobody_is_just_used(expert: Expert) -> None:
    expert.approval = ("open_ticket",)
    expert.brain.then(LOOK_UP)
    expert.brain.then("49 a month.")

    responded = await expert.hear(QUESTION)

    assert (responded.text, responded.wanted) == ("49 a month.", ())
    assert ToolUsed("shop: look_up_price") in await expert.kept()
