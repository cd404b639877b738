import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from bot.adapters.slack.app.manifest import EVENTS_PATH
from bot.adapters.slack.buttons import sources_modal
from bot.adapters.slack.buttons.sources import SourcesListeners
from bot.adapters.slack.http import web_app
from bot.adapters.slack.receiving import receiver
from bot.panel.errors import ConversationGone, ModelUnavailable, PanelError
from bot.panel.messaging.locales import Locales
from bot.panel.messaging.messenger import Sources
from bot.panel.model import ConversationId
from bot.panel.roster.documents.knowledge import Passage
from bot.playground.slack.workspace.company import DEV
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import View
from tests.adapters.slack.conftest import Neighbour
from tests.adapters.slack.posting.test_messenger import post
from tests.fakes.knowledge import FakeKnowledge

BEHIND = Sources(ConversationId("conv_1"), 'ref="call_1"')
HOLIDAY = Passage("handbook.md", "Everybody has <!here> thirty *days*.", footnote=1)
LAPTOPS = Passage("assets.pdf", "Laptops last four years.")


class FrailKnowledge(FakeKnowledge):
    """Knows passages, unless it fails."""

    failure: PanelError | None = None

    async def passages(self, conversation, ref):
        if self.failure:
            raise self.failure
        return await super().passages(conversation, ref)


@dataclass
class Desk:
    """A workspace in which the bot shows sources."""

    neighbour: Neighbour
    knowledge: FrailKnowledge

    async def reply(self, **changes) -> Message:
        thread = self.neighbour.begin()
        await self.neighbour.messenger.post(thread, replace(post(), **changes))
        return self.neighbour.replies(thread)[-1]

    async def press(self, message: Message, value: str | None = None) -> str:
        """Let Chloe press the button; returns all that the modal comes to show."""
        people = self.neighbour.slack.people
        await people.click(DEV, message, sources_modal.ACTION, value)
        await people.wait_for(lambda: self.neighbour.count("views.update"))
        return json.dumps(self.view().content["blocks"], ensure_ascii=False)

    def view(self) -> View:
        (view,) = self.neighbour.slack.workspace.views.values()
        return view


@pytest.fixture
async def desk(neighbour, serve) -> AsyncIterator[Desk]:
    knowledge = FrailKnowledge()
    knowledge.behind[BEHIND.conversation, BEHIND.ref] = [HOLIDAY, LAPTOPS]
    app = receiver.bolt_app(neighbour.api._web, neighbour.identity, Locales(neighbour.people))
    SourcesListeners(knowledge, neighbour.responder).listen(app)

    async def no_obstacle():
        return ""

    web = web_app.http_app(app, neighbour.slack.signing_secret, no_obstacle)
    async with serve(web) as url:
        neighbour.slack.deliver_to(url + EVENTS_PATH)
        yield Desk(neighbour, knowledge)


async def test_a_reply_with_sources_has_a_button(desk):
    message = await desk.reply(sources=BEHIND)
    (button,) = message.blocks[1]["elements"]
    assert button["text"]["text"] == "Sources"
    assert (message.username, message.blocks[0]["text"]) == ("Legal Counsel", "Yes.")


async def test_a_reply_without_sources_has_none(desk):
    assert [block["type"] for block in (await desk.reply()).blocks] == ["markdown"]


async def test_the_button_opens_the_passages_the_cited_ones_marked_off(desk):
    shown = await desk.press(await desk.reply(sources=BEHIND))
    assert shown.index('"1. handbook.md"') < shown.index('"assets.pdf"')
    assert "Laptops last four years." in shown
    assert shown.count("found, not cited") == 1


async def test_nothing_in_a_passage_is_live(desk):
    await desk.press(await desk.reply(sources=BEHIND))
    assert {block["type"] for block in desk.view().content["blocks"]} == {"rich_text"}
    quote = desk.view().content["blocks"][1]["elements"][0]
    assert quote["elements"] == [{"type": "text", "text": HOLIDAY.text}]


async def test_many_long_passages_fit_the_modal(desk):
    long = [replace(HOLIDAY, document=f"{n}.md", text="x" * 5_000) for n in range(60)]
    desk.knowledge.behind[BEHIND.conversation, BEHIND.ref] = long
    shown = await desk.press(await desk.reply(sources=BEHIND))
    assert "1. 0.md" in shown
    assert "And 40 more." in shown
    assert len(shown) < 100_000


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (ModelUnavailable("down"), "please try again in a minute"),
        (ConversationGone("conv_1"), "no longer there"),
        (None, "no longer there"),
    ],
)
async def test_a_failure_to_read_passages_is_explained(desk, failure, words):
    desk.knowledge.behind.clear()
    desk.knowledge.failure = failure
    assert words in await desk.press(await desk.reply(sources=BEHIND))


@pytest.mark.parametrize("value", ["{", "[]", '{"conversation": "", "ref": "x"}', "null"])
async def test_a_button_that_says_nothing_leads_to_nothing(desk, value):
    assert "out of date" in await desk.press(await desk.reply(sources=BEHIND), value)
