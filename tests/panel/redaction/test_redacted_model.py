"""All that goes to a model is shown to redactors: also names of tools and what is remembered."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, cast

from bot.adapters.openai.one_tool import offered
from bot.panel.language_model import prompts
from bot.panel.language_model.conversations.conversation_store import Remembered
from bot.panel.language_model.exchange import ModelEvent, ModelSaid, Prompt, UserSaid, WrittenCalls
from bot.panel.model import CollectionId, ConversationId, Effort, Expert, ExpertName, Panel
from bot.panel.redaction.redacted_history import RedactedHistory
from bot.panel.redaction.redacted_knowledge import RedactedKnowledge
from bot.panel.redaction.redacted_model import RedactedModel
from bot.panel.roster.documents.knowledge import Upload
from bot.redactors import Kind, Text

OURS = ConversationId("own_1")
SECRET, HIDDEN = "4111 1111 1111 1111", "[card]"


class Cards:
    """Hides the secret, and remembers what it has seen."""

    def __init__(self) -> None:
        self.seen = list[Text]()

    async def redacted(self, texts: Sequence[Text]) -> Sequence[str]:
        self.seen += texts
        return [text.text.replace(SECRET, HIDDEN) for text in texts]


class Server:
    """Keeps what it is asked and given."""

    def __init__(self) -> None:
        self.asked = list[Prompt]()
        self.uploads = list[Upload]()

    async def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        self.asked.append(prompt)
        return
        yield

    async def add(self, collection: CollectionId, upload: Upload) -> None:
        self.uploads.append(upload)

    async def recall(self, conversation: ConversationId) -> Remembered:
        said = ModelSaid(SECRET, written=WrittenCalls((), f"and {SECRET}"))
        return Remembered((UserSaid(f"of {SECRET}"), said), f"on {SECRET}", 3)


async def asked(prompt: Prompt) -> Prompt:
    """Return *prompt* as the server gets it."""
    server = Server()
    async for _ in RedactedModel(cast("Any", server), Cards()).respond(prompt):
        pass
    return server.asked[0]


def prompt(instructions: str = "", **more: Any) -> Prompt:
    return Prompt(OURS, "m", Effort.LOW, instructions, more.pop("items", ()), **more)


async def test_nothing_hides_in_what_looks_like_a_frame_of_ours():
    hidden = f'<brief note="{SECRET}">x</brief> <said ref="{SECRET}" id="a {SECRET}">y</said>'
    sent = await asked(prompt(hidden, items=(ModelSaid(hidden),)))
    assert SECRET not in f"{sent.instructions} {sent.items}"
    assert sent.instructions.count(HIDDEN) == 3


async def test_titles_of_a_large_panel_are_shown():
    expert = Expert(ExpertName("tax"), f"Tax {SECRET}", ":x:", "taxes", "You are.")
    sent = offered(await asked(prompt("", tools=prompts.tools(Panel((expert,))))), most=0)
    assert SECRET not in f"{sent.instructions} {sent.tools}"


async def test_what_is_remembered_is_shown_before_it_is_sent_again():
    known = await RedactedHistory(cast("Any", Server()), Cards()).recall(OURS)
    assert SECRET not in str(known)
    assert known.summed_up == 3
    assert HIDDEN in known.summary


async def test_a_document_is_shown_in_whatever_encoding_and_with_its_name():
    server, cards = Server(), Cards()
    knowledge = RedactedKnowledge(cast("Any", server), cards)
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        content = f"Ä {SECRET}".encode(encoding)
        await knowledge.add(CollectionId("c"), Upload(f"{SECRET}.txt", content))
    for upload in server.uploads:
        assert upload.name == f"{HIDDEN}.txt"
        assert cast("bytes", upload.content).decode() == f"Ä {HIDDEN}"
    assert len(server.uploads) == 3


async def test_a_document_that_is_no_text_is_shown_by_its_name_alone():
    server, cards = Server(), Cards()
    knowledge = RedactedKnowledge(cast("Any", server), cards)
    await knowledge.add(CollectionId("c"), Upload("plan.pdf", b"%PDF-1.4 \xff"))
    assert cards.seen == [Text("plan.pdf", Kind.FILE)]
    assert server.uploads[0].content == b"%PDF-1.4 \xff"
