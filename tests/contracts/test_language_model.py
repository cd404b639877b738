"""The promises of LanguageModel, on the fake and on every backend alike.

The backends talk over HTTP with the playground's API, through a client that rejects every
answer that is not as OpenAI describes it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

import pytest
from openai import AsyncOpenAI

from bot.adapters.openai.assistants.assistants_model import AssistantsModel
from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.responses.stateless import StatelessModel
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.stores.conversation_store import RedisConversationStore
from bot.panel.citations import Citation
from bot.panel.errors import (
    ConversationGone,
    ModelRefused,
    ModelUnavailable,
    NoDecisions,
    Refused,
)
from bot.panel.language_model.exchange import (
    Attachment,
    Begun,
    Item,
    Judged,
    ModelEvent,
    ModelSaid,
    Prompt,
    Responded,
    Source,
    TextWritten,
    Tool,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import ExpertLabels, RouterLabels
from bot.panel.made_files import MadeFile
from bot.panel.model import (
    CallId,
    ConversationId,
    DocumentId,
    Effort,
    ExpertName,
    ThreadRef,
)
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import Call, Cite, Cut, Step, Text
from bot.playground.openai.stand_in.hosted_steps import CiteMade, RunCode
from tests.fakes.language_model import ROUTER, ScriptedModel
from tests.inspection.inspector import OpenAIInspector
from tests.openai_client import strict_client
from tests.scripted_brain import ScriptedBrain

ROUTER_LABELS = RouterLabels(ThreadRef("T1", "C1", "1.0"))
ASK_LEGAL = Tool("ask_legal", "Ask the lawyer.", {"brief": "what"})
JUDGED = tuple(
    Tool(f"consult_{name}", f"The message touches the field of {name}.", {})
    for name in ("legal", "finance")
)
BOTH = [ToolCalled(CallId(id_), "ask_legal", {"brief": "May we?"}) for id_ in ("call_1", "call_2")]
NOWHERE = ConversationId("conv_0000")
BRIEFLY = RetryDelays(locked=(0.01, 0.02, 0.04, 0.1, 0.5, 2))


Scripted = str | ModelSaid | ToolCalled


class Bench(Protocol):
    """A language model, and what it is going to say."""

    @property
    def model(self) -> LanguageModel: ...

    @property
    def keeps_what_got_lost(self) -> bool:
        """Whether a response that was written to its end, but never arrived, is stored."""

    def script(self, *steps: Scripted) -> None:
        """Let the next response be *steps*."""

    def script_lost(self, text: str) -> None:
        """Let the next response be stored, but never arrive as a whole."""

    def script_made(self, text: str, name: str, content: bytes) -> None:
        """Let the next response be *text* with a file that code has made."""

    def script_judged(self, **likelihoods: float | None) -> None:
        """Let the next judgement be that these tools are so likely wanted, and others hardly.

        None: that is not judged.
        """


class FakeBench:
    keeps_what_got_lost = True

    def __init__(self) -> None:
        self.model = ScriptedModel()

    def script(self, *steps: Scripted) -> None:
        self.model.script(ROUTER, steps)

    def script_lost(self, text: str) -> None:
        self.model.script(ROUTER, [text, ModelUnavailable("cut")])

    def script_made(self, text: str, name: str, content: bytes) -> None:
        self.model.made["cfile_1"] = content
        self.model.script(ROUTER, ModelSaid(text, files=(MadeFile("cfile_1", name),)))

    def script_judged(self, **likelihoods: float | None) -> None:
        judged = {tool.name: 0.05 for tool in JUDGED} | likelihoods
        self.model.likelihoods = {name: one for name, one in judged.items() if one is not None}


class PlaygroundBench:
    keeps_what_got_lost = True

    def __init__(self, brain: ScriptedBrain, model: LanguageModel) -> None:
        self.model = model
        self._brain = brain

    def script(self, *steps: Scripted) -> None:
        self._then(*[_step(step) for step in steps])

    def script_lost(self, text: str) -> None:
        self._then(Text(text), Cut(stored=True))

    def script_made(self, text: str, name: str, content: bytes) -> None:
        self._then(RunCode("…", files={name: content}), Text(text, (CiteMade(name, 0, 1),)))

    def script_judged(self, **likelihoods: float | None) -> None:
        self._then(*(Call(name, {}, likelihood=one) for name, one in likelihoods.items()))

    def _then(self, *steps: Step) -> None:
        self._brain.then(*steps)


class StatelessBench(PlaygroundBench):
    keeps_what_got_lost = False  # the server keeps nothing, and we had no more than a part of it


def _step(step: Scripted) -> Step:
    match step:
        case str():
            return Text(step)
        case ModelSaid(text, citations):
            return Text(text, tuple(Cite(c.document, c.name, c.at or 0) for c in citations))
        case ToolCalled():
            return Call(step.tool, step.arguments, step.call_id)


def _bench(backend: str, brain: ScriptedBrain, client: AsyncOpenAI, redis: Connection) -> Bench:
    match backend:
        case "conversations":
            return PlaygroundBench(brain, ConversationsModel(client, salt="salt", delays=BRIEFLY))
        case "assistants":
            return PlaygroundBench(brain, AssistantsModel(client, delays=BRIEFLY))
        case _:
            store = RedisConversationStore(redis)
            model = StatelessModel(client, store, salt="salt", delays=BRIEFLY)
            return StatelessBench(brain, model)


@pytest.fixture(params=["fake", "conversations", "stateless", "assistants"])
async def bench(
    request: pytest.FixtureRequest, redis: Connection, openai_inspector: OpenAIInspector
) -> AsyncIterator[Bench]:
    if request.param == "fake":
        fake = FakeBench()
        yield fake
        fake.model.assert_all_used()
        return
    brain = ScriptedBrain()
    async with (
        openai_inspector.watch(OpenAIPlayground(brain=brain, assistants=True)) as playground,
        strict_client(playground) as client,
    ):
        yield _bench(request.param, brain, client, redis)
    brain.assert_all_used()


@pytest.fixture
async def conversation(bench: Bench) -> ConversationId:
    return await bench.model.open(ROUTER_LABELS)


def prompt(conversation: ConversationId, *items: Item) -> Prompt:
    return Prompt(conversation, "gpt-6-luna", Effort.NONE, "Be kind.", items, tools=(ASK_LEGAL,))


async def told(bench: Bench, conversation: ConversationId, *items: Item) -> list[ModelEvent]:
    async with aclosing(bench.model.respond(prompt(conversation, *items))) as events:
        return [event async for event in events]


async def test_a_response_comes_in_pieces_and_then_whole(
    bench: Bench, conversation: ConversationId
) -> None:
    bench.script("It depends.")

    *pieces, last = await told(bench, conversation, UserSaid("May we?"))

    assert "".join(p.delta for p in pieces if isinstance(p, TextWritten)) == "It depends."
    assert isinstance(last, Responded)
    assert last.text == "It depends."
    assert last.usage.input > 0
    assert last.usage.output > 0


async def test_of_a_response_may_be_kept_nothing(
    bench: Bench, conversation: ConversationId
) -> None:
    if isinstance(bench.model, AssistantsModel):
        with pytest.raises(ModelRefused):
            bench.model.respond_once(prompt(conversation))
        return
    bench.script(BOTH[0])

    once = prompt(ConversationId(""), UserSaid('ref="17" May we?'))
    async with aclosing(bench.model.respond_once(once)) as events:
        _, call, last = [event async for event in events]

    assert call == BOTH[0]
    assert isinstance(last, Responded)
    assert last.usage.output > 0
    assert [item async for item in bench.model.items(conversation)] == []


async def test_what_a_response_cites_is_told_and_stored(
    bench: Bench, conversation: ConversationId
) -> None:
    text = "Everybody has thirty days of holiday."
    cited = (
        Citation(DocumentId("file-1"), "handbook.md", 36),
        Citation(DocumentId("file-2"), "law.pdf", None),
    )
    said = ModelSaid(text, cited, (Source("handbook.md"), Source("law.pdf")))
    bench.script(said)

    last = (await told(bench, conversation, UserSaid("17")))[-1]

    assert isinstance(last, Responded)
    assert last.citations == cited
    stored = await bench.model.since(conversation, "17")
    assert stored == [UserSaid("17"), said]


async def test_calls_are_told_before_the_response_is_complete(
    bench: Bench, conversation: ConversationId
) -> None:
    bench.script(*BOTH)

    begun, *calls, last = await told(bench, conversation, UserSaid("May we?"))

    assert isinstance(begun, Begun)
    assert calls == BOTH
    assert isinstance(last, Responded)
    assert last.text == ""


async def test_what_was_said_is_stored_in_order(bench: Bench, conversation: ConversationId) -> None:
    bench.script("Let me ask.", *BOTH)
    bench.script("Yes.")
    question = UserSaid('ref="17" May we?')
    answers = [ToolAnswered(call.call_id, "Yes.") for call in BOTH]

    await told(bench, conversation, question)
    await told(bench, conversation, *answers)

    assert await bench.model.since(conversation, 'ref="17"') == [
        question,
        ModelSaid("Let me ask."),
        *BOTH,
        *answers,
        ModelSaid("Yes."),
    ]


async def test_a_response_that_got_lost_can_be_looked_up(
    bench: Bench, conversation: ConversationId
) -> None:
    bench.script_lost("Yes.")

    with pytest.raises(ModelUnavailable):
        await told(bench, conversation, UserSaid("17"))

    stored = [UserSaid("17"), ModelSaid("Yes.")] if bench.keeps_what_got_lost else None
    assert await bench.model.since(conversation, "17") == stored


async def test_a_prompt_whose_response_got_lost_can_be_sent_again(
    bench: Bench, conversation: ConversationId
) -> None:
    bench.script_lost("Yes.")
    bench.script("As I said.")
    with pytest.raises(ModelUnavailable):
        await told(bench, conversation, UserSaid("17"))

    last = (await told(bench, conversation, UserSaid("18")))[-1]

    assert isinstance(last, Responded)
    assert last.text == "As I said."


async def test_any_number_of_items_is_stored_without_asking_the_model(
    bench: Bench, conversation: ConversationId
) -> None:
    items: list[Item] = [UserSaid("17"), *BOTH]
    items += [ToolAnswered(call.call_id, "Yes.") for call in BOTH]
    items += [ModelSaid(f"Sentence {number}.") for number in range(45)]

    await bench.model.append(conversation, items)

    assert await bench.model.since(conversation, "17") == items


async def test_a_message_is_found_again_by_its_text_whatever_was_attached(
    bench: Bench, conversation: ConversationId
) -> None:
    if isinstance(bench.model, AssistantsModel):
        pytest.skip("it takes no files: see its own tests")
    bench.script("A contract.")
    files = (
        Attachment("a.png", "image/png", b"\x89PNG\r\n\x1a\n"),
        Attachment("b.pdf", "application/pdf", b"%PDF-1.7"),
    )
    await told(bench, conversation, UserSaid("17", files))
    stored = await bench.model.since(conversation, "17")
    assert stored == [UserSaid("17"), ModelSaid("A contract.")]


async def test_a_file_that_was_made_can_be_fetched_as_long_as_it_is_there(
    bench: Bench, conversation: ConversationId
) -> None:
    if isinstance(bench.model, AssistantsModel):
        pytest.skip("it makes no files")
    bench.script_made("See the chart.", "chart.png", b"PNG")
    *_, last = await told(bench, conversation, UserSaid("17"))
    assert isinstance(last, Responded)
    (made,) = last.files
    assert made.name == "chart.png"
    assert await bench.model.content(conversation, made, 3) == b"PNG"
    with pytest.raises(Refused):
        await bench.model.content(conversation, made, 2)  # it is larger

    (_, said) = await bench.model.since(conversation, "17") or ()
    assert isinstance(said, ModelSaid)
    assert said.files == last.files


async def test_a_file_that_is_gone_is_refused(bench: Bench, conversation: ConversationId) -> None:
    gone = MadeFile("cfile_none", "chart.png", container="cntr_none")
    with pytest.raises(Refused, match=r"chart\.png"):
        await bench.model.content(conversation, gone, 100)


async def test_storing_nothing_is_fine(bench: Bench, conversation: ConversationId) -> None:
    await bench.model.append(conversation, [])
    assert await bench.model.since(conversation, "") is None


async def test_the_newest_message_that_fits_counts(
    bench: Bench, conversation: ConversationId
) -> None:
    first, again = UserSaid("17 first"), UserSaid("17 again")
    items: list[Item] = [first, ModelSaid("17, you say?"), again, UserSaid("18")]
    await bench.model.append(conversation, items)
    assert await bench.model.since(conversation, "17") == items[2:]


async def test_what_was_sent_twice_stays_once(bench: Bench, conversation: ConversationId) -> None:
    if isinstance(bench.model, StatelessModel | AssistantsModel):
        pytest.skip("its conversations are only written to when a response has ended")
    items: list[Item] = [UserSaid("17"), ModelSaid("Yes."), UserSaid("17"), ModelSaid("Yes.")]
    await bench.model.append(conversation, items)
    assert await bench.model.since(conversation, "17") == items[2:]
    assert [item async for item in bench.model.items(conversation)] == items[:1:-1]


async def test_what_nobody_said_lately_is_not_found(
    bench: Bench, conversation: ConversationId
) -> None:
    much: list[Item] = [ModelSaid("Hm.")] * 100
    await bench.model.append(conversation, [UserSaid("17"), *much])
    assert await bench.model.since(conversation, "17") is None
    assert await bench.model.since(conversation, "18") is None


async def test_a_conversation_carries_its_labels(bench: Bench) -> None:
    router = await bench.model.open(ROUTER_LABELS)
    labels = ExpertLabels(ROUTER_LABELS.thread, ExpertName("legal"), router)
    expert = await bench.model.open(labels)

    assert router != expert
    assert await bench.model.labels(router) == ROUTER_LABELS
    assert await bench.model.labels(expert) == labels


async def test_labels_are_replaced_as_a_whole(bench: Bench, conversation: ConversationId) -> None:
    many = {ExpertName(f"expert-{n:03}"): ConversationId(f"conv_{n:048}") for n in range(100)}
    few = {ExpertName("legal"): ConversationId(f"conv_{7:048}")}

    for experts in (many, few):
        labels = RouterLabels(ROUTER_LABELS.thread, experts)
        await bench.model.relabel(conversation, labels)
        assert await bench.model.labels(conversation) == labels


async def test_calls_that_nobody_answered_do_not_stop_the_conversation(
    bench: Bench, conversation: ConversationId
) -> None:
    bench.script(*BOTH)
    bench.script("Where were we?")
    await told(bench, conversation, UserSaid("17"))

    await told(bench, conversation, UserSaid("18"))

    items = await bench.model.since(conversation, "17")
    assert items is not None
    aborted = [item.call_id for item in items if isinstance(item, ToolAnswered)]
    assert aborted == [call.call_id for call in BOTH]
    assert items[-2:] == [UserSaid("18"), ModelSaid("Where were we?")]


async def test_calls_that_the_prompt_answers_keep_their_answers(
    bench: Bench, conversation: ConversationId
) -> None:
    bench.script(*BOTH)
    bench.script("I see.")
    await told(bench, conversation, UserSaid("17"))

    await told(bench, conversation, ToolAnswered(BOTH[1].call_id, "Yes."))

    items = await bench.model.since(conversation, "17")
    assert items is not None
    outputs = {item.call_id: item.output for item in items if isinstance(item, ToolAnswered)}
    assert outputs.keys() == {call.call_id for call in BOTH}
    assert outputs[BOTH[1].call_id] == "Yes."


async def test_whether_a_response_is_whole_can_be_asked(
    bench: Bench, conversation: ConversationId
) -> None:
    bench.script("Yes.")
    begun, *_ = await told(bench, conversation, UserSaid("17"))
    assert isinstance(begun, Begun)

    assert await bench.model.is_whole(begun.response)
    assert not await bench.model.is_whole("resp_of_nobody")


async def test_a_reader_who_leaves_does_not_stop_the_conversation(
    bench: Bench, conversation: ConversationId
) -> None:
    bench.script(*BOTH)
    bench.script("Here I am.")
    async with aclosing(bench.model.respond(prompt(conversation, UserSaid("17")))) as events:
        assert isinstance(await anext(events), Begun)
        assert await anext(events) == BOTH[0]

    last = (await told(bench, conversation, UserSaid("18")))[-1]

    assert isinstance(last, Responded)
    assert last.text == "Here I am."


async def test_a_response_whose_reader_has_left_is_written_to_its_end(
    bench: Bench, conversation: ConversationId
) -> None:
    bench.script("Yes.", *BOTH[:1])
    bench.script("Here I am.")
    async with aclosing(bench.model.respond(prompt(conversation, UserSaid("17")))) as events:
        assert isinstance(await anext(events), Begun)

    await told(bench, conversation, UserSaid("18"))

    written = [UserSaid("17"), ModelSaid("Yes."), BOTH[0]] if bench.keeps_what_got_lost else []
    found = await bench.model.since(conversation, "17" if bench.keeps_what_got_lost else "18")
    assert found is not None
    answers = [item for item in found if isinstance(item, ToolAnswered)]
    assert [item for item in found if item not in answers] == [
        *written,
        UserSaid("18"),
        ModelSaid("Here I am."),
    ]


async def test_an_answer_to_a_call_that_nobody_made_is_refused(
    bench: Bench, conversation: ConversationId
) -> None:
    if isinstance(bench.model, AssistantsModel):
        pytest.skip("it writes it down as text")
    bench.script("I see.")
    await told(bench, conversation, UserSaid("17"))
    stray = ToolAnswered(CallId("call_of_nobody"), "Yes.")

    with pytest.raises(ModelRefused):
        await told(bench, conversation, stray)

    assert await bench.model.since(conversation, "17") == [UserSaid("17"), ModelSaid("I see.")]
    if not isinstance(bench.model, StatelessModel):  # what we store ourselves nobody checks
        with pytest.raises(ModelRefused):
            await bench.model.append(conversation, [stray])
        assert len(await bench.model.since(conversation, "17") or ()) == 2


async def test_responses_of_one_conversation_wait_for_each_other(
    bench: Bench, conversation: ConversationId
) -> None:
    bench.script("One.")
    bench.script("Two.")

    both = await asyncio.gather(
        told(bench, conversation, UserSaid("17")), told(bench, conversation, UserSaid("18"))
    )

    texts = {events[-1].text for events in both if isinstance(events[-1], Responded)}
    assert texts == {"One.", "Two."}


async def test_all_items_of_a_long_conversation_are_given_newest_first(
    bench: Bench, conversation: ConversationId
) -> None:
    said = [UserSaid(str(number)) for number in range(250)]
    await bench.model.append(conversation, said)

    items = [item async for item in bench.model.items(conversation)]

    assert items == said[::-1]


async def test_a_conversation_that_nobody_knows_is_gone(bench: Bench) -> None:
    with pytest.raises(ConversationGone):
        await told(bench, NOWHERE, UserSaid("17"))
    with pytest.raises(ConversationGone):
        await bench.model.append(NOWHERE, [UserSaid("17")])
    with pytest.raises(ConversationGone):
        await bench.model.since(NOWHERE, "17")
    with pytest.raises(ConversationGone):
        await anext(bench.model.items(NOWHERE))
    with pytest.raises(ConversationGone):
        await bench.model.relabel(NOWHERE, ROUTER_LABELS)
    assert await bench.model.labels(NOWHERE) is None
    assert await bench.model.delete(NOWHERE) is None


async def test_a_conversation_that_is_deleted_is_gone_with_all_its_items(
    bench: Bench, conversation: ConversationId
) -> None:
    other = await bench.model.open(ROUTER_LABELS)
    await bench.model.append(other, [UserSaid("18")])
    await bench.model.append(conversation, [UserSaid(str(number)) for number in range(30)])

    assert await bench.model.delete(conversation) == 30

    with pytest.raises(ConversationGone):
        await anext(bench.model.items(conversation))
    assert await bench.model.labels(conversation) is None
    assert await bench.model.delete(conversation) is None
    assert [item async for item in bench.model.items(other)] == [UserSaid("18")]


async def test_what_people_said_can_be_taken_out_and_nothing_else_is(
    bench: Bench, conversation: ConversationId
) -> None:
    said = [UserSaid(text) for text in ("keep", "secret", "keep too", "secret again")]
    await bench.model.append(conversation, [*said, ModelSaid("a secret")])

    assert await bench.model.remove(conversation, lambda text: "secret" in text) == 2

    left = [item async for item in bench.model.items(conversation)]
    assert left == [ModelSaid("a secret"), said[2], said[0]]
    assert await bench.model.remove(conversation, lambda text: "secret" in text) == 0
    bench.script("Yes?")
    assert (await told(bench, conversation, UserSaid("And now?")))[-1].text == "Yes?"


async def test_it_tells_its_own_conversations_from_those_of_other_backends(
    bench: Bench, conversation: ConversationId
) -> None:
    prefix = conversation.partition("_")[0]
    foreign = [id_ for id_ in ("conv_1", "own_1", "thread_1") if id_.partition("_")[0] != prefix]

    assert bench.model.is_current(conversation)
    assert not any(bench.model.is_current(ConversationId(id_)) for id_ in foreign)


async def judged(bench: Bench, conversation: ConversationId, *tools: Tool) -> Judged:
    asked = replace(prompt(conversation, UserSaid("17")), tools=tools)
    if isinstance(bench.model, AssistantsModel):
        with pytest.raises(NoDecisions):
            await bench.model.judge(asked)
        pytest.skip("it has no decisions, and says so")
    return await bench.model.judge(asked)


async def test_how_likely_each_tool_is_wanted_is_told_by_name_and_costs_no_output(
    bench: Bench, conversation: ConversationId
) -> None:
    if not isinstance(bench.model, AssistantsModel):
        bench.script_judged(consult_legal=0.75)
    found = await judged(bench, conversation, *JUDGED)
    assert found.likelihoods["consult_legal"] == 0.75
    assert found.likelihoods.keys() == {tool.name for tool in JUDGED}
    assert 0 <= found.likelihoods["consult_finance"] < 0.5
    assert found.usage.input > 0
    assert found.usage.output == 0


async def test_only_what_is_asked_is_judged(bench: Bench, conversation: ConversationId) -> None:
    if not isinstance(bench.model, AssistantsModel):
        bench.script_judged(consult_legal=0.75)
    found = await judged(bench, conversation, JUDGED[0])
    assert found.likelihoods == {"consult_legal": 0.75}


async def test_what_the_model_declines_to_judge_is_left_out(
    bench: Bench, conversation: ConversationId
) -> None:
    if not isinstance(bench.model, AssistantsModel):
        bench.script_judged(consult_legal=None)
    found = await judged(bench, conversation, *JUDGED)
    assert found.likelihoods.keys() == {"consult_finance"}


async def test_judging_leaves_nothing_in_the_conversation(
    bench: Bench, conversation: ConversationId
) -> None:
    if not isinstance(bench.model, AssistantsModel):
        bench.script_judged(consult_legal=0.75)
    await judged(bench, conversation, *JUDGED)
    assert await bench.model.since(conversation, "17") is None
    assert [item async for item in bench.model.items(conversation)] == []
