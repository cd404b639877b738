"""Which spans there are, and which they are linked to; whole traces are in tests/end_to_end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import ModuleType

import pytest
from opentelemetry.semconv._incubating.attributes import (
    gen_ai_attributes,
    messaging_attributes,
    rpc_attributes,
)
from opentelemetry.semconv.attributes import db_attributes, error_attributes, server_attributes

from bot.adapters.telemetry import conventions
from bot.adapters.telemetry.descriptions import ModelServer
from bot.adapters.telemetry.exporting import Exporting
from bot.adapters.telemetry.spans import current_ids
from bot.panel import observing
from bot.panel.errors import MessengerRefused, StoreUnavailable
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, Turn, UserId
from bot.panel.observing import Kind, Outcome
from tests.collector import Collector, collector
from tests.eventually import eventually

LIBRARIES = (  # of constants; those of generative AI are of the version before ours
    *(db_attributes, error_attributes, gen_ai_attributes, messaging_attributes),
    *(rpc_attributes, server_attributes),
)
THREAD = ThreadRef("T1", "C1", "1.0")
FIRST, SECOND = (Message(MessageTs(f"{ts}.0"), UserId("U1"), "May we?") for ts in "12")


@asynccontextmanager
async def traced(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    """Observe what this task does; the collector has all of it once the block has ended."""
    async with collector() as taking:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", taking.url)
        exporting = Exporting("worker", ModelServer("models", 443, "openai"), captures=False)
        observing.bind([exporting.observer])
        yield taking
        await (exporting.close() if taking.answer else exporting.close(grace=20))


def put(message: Message, *, added: bool = True) -> Message:
    """Put *message* on a queue, as the real one does."""
    with observing.within(Kind.PUT, thread=THREAD, message=message) as putting:
        putting.know(added=added)
        return replace(message, traceparent=putting.traceparent)


def claimed(*messages: Message, attempt: int = 1) -> Claim:
    return Claim(Turn.of(THREAD, messages), 1, attempt)


async def test_a_turn_of_several_messages_is_linked_to_all_and_goes_on_with_the_first(monkeypatch):
    async with traced(monkeypatch) as taking:
        first, second = put(FIRST), put(SECOND)
        with observing.within(Kind.TURN, claim=claimed(first, second)):
            pass

    one, other = taking.named("send turns")
    (turn,) = taking.named("process turns")
    assert turn.links == ((one.trace_id, one.span_id), (other.trace_id, other.span_id))
    assert (turn.trace_id, turn.parent) == (one.trace_id, one.span_id)
    assert other.trace_id != one.trace_id
    assert turn.attributes["messaging.batch.message_count"] == 2


INVALID = f"00-{'0' * 32}-{'0' * 16}-01"


@pytest.mark.parametrize("sent", ["", "nonsense", INVALID, "é" * 600])
async def test_a_message_without_a_trace_of_use_begins_the_one_its_turn_would_have(
    monkeypatch, sent
):
    async with traced(monkeypatch) as taking:
        put(FIRST)
        with observing.within(Kind.TURN, claim=claimed(replace(FIRST, traceparent=sent))):
            pass

    (sending,), (turn,) = taking.named("send turns"), taking.named("process turns")
    assert (turn.parent, turn.links) == ("", ())
    assert turn.trace_id == sending.trace_id


async def test_later_attempts_are_linked_to_the_first_one_alone(monkeypatch):
    async with traced(monkeypatch) as taking:
        for attempt in (1, 2, 3):
            with observing.within(Kind.TURN, claim=claimed(FIRST, attempt=attempt)):
                pass

    first, *later = taking.named("process turns")
    assert first.links == ()
    assert [one.links for one in later] == [((first.trace_id, first.span_id),)] * 2
    assert len({one.span_id for one in taking.spans}) == 3


async def test_what_belongs_to_no_turn_leaves_no_span(monkeypatch):
    async with traced(monkeypatch) as taking:
        with observing.within(Kind.RECEIVE), observing.begin(Kind.SLACK_CALL, method="views.open"):
            assert current_ids() == {}
        put(FIRST, added=False)  # the same message again
        put(SECOND)

    assert [span.name for span in taking.spans] == ["send turns"]


async def test_the_log_gets_the_ids_of_the_innermost_span(monkeypatch):
    async with traced(monkeypatch) as taking:
        with observing.within(Kind.TURN, claim=claimed(FIRST)):
            ids = current_ids()

    (turn,) = taking.spans
    assert ids == {"trace_id": turn.trace_id, "span_id": turn.span_id}


class Command:
    """A command to Redis."""

    def __init__(self, name: str) -> None:
        self.name = name


async def test_a_trip_to_redis_is_shown_where_it_fails_or_takes_long_by_name_alone(monkeypatch):
    async with traced(monkeypatch) as taking:
        with observing.within(Kind.TURN, claim=claimed(FIRST)):
            with observing.begin(Kind.REDIS_CALL, commands=[Command("EVALSHA append")]):
                pass
            with observing.begin(Kind.REDIS_CALL, commands=[Command("EVALSHA read")]):
                await asyncio.sleep(0.06)
            for commands in (["GET"], ["GET", "SET"]):
                asked = observing.begin(Kind.REDIS_CALL, commands=list(map(Command, commands)))
                with pytest.raises(StoreUnavailable), asked:
                    raise StoreUnavailable("key panelbot:{0}:x", code="READONLY")

    *trips, _ = taking.spans
    assert [(trip.name, trip.attributes.get("error.type")) for trip in trips] == [
        ("EVALSHA read", None),
        ("GET", "READONLY"),
        ("PIPELINE", "READONLY"),
    ]
    assert trips[0].attributes["db.stored_procedure.name"] == "read"
    assert trips[2].attributes["db.operation.batch.size"] == 2
    assert b"panelbot:{0}" not in b"".join(taking.bodies)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MessengerRefused("is_archived"), "is_archived"),
        (MessengerRefused("whatever a server says: zebras"), "MessengerRefused"),
        (ValueError("zebras"), "ValueError"),
    ],
)
async def test_an_error_is_told_by_its_code_or_kind_never_in_its_words(monkeypatch, error, told):
    async with traced(monkeypatch) as taking:
        with observing.within(Kind.TURN, claim=claimed(FIRST)) as stopped:
            stopped.conclude(Outcome.STOPPED)
            with pytest.raises(type(error)), observing.begin(Kind.SLACK_CALL, method="chat.update"):
                raise error

    call, turn = taking.spans
    assert (call.is_error, call.attributes["error.type"]) == (True, told)
    assert (turn.is_error, turn.attributes["panelbot.outcome"]) == (False, "stopped")
    assert b"zebras" not in b"".join(taking.bodies)


async def test_what_is_not_sampled_is_not_sent_by_either_side(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0")
    async with traced(monkeypatch) as taking:
        message = put(FIRST)
        with observing.within(Kind.TURN, claim=claimed(message)):
            assert current_ids() == {}

    assert message.traceparent.endswith("-00")
    assert taking.spans == []


async def test_an_end_waits_for_no_collector_that_does_not_answer(monkeypatch):
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    asked, answered = asyncio.Event(), asyncio.Event()

    async def hang(_request):
        asked.set()
        await answered.wait()

    async with traced(monkeypatch) as taking:
        taking.answer = hang
        put(FIRST)
        await eventually(asked.is_set)

    assert not answered.is_set()


def test_the_names_are_those_of_the_conventions():
    known = {value for module in LIBRARIES for value in constants(module)}
    ours = {name for name in constants(conventions) if "." in name}
    newer = {"gen_ai.request.reasoning.level", "gen_ai.usage.cache_write.input_tokens"}

    unknown = {name for name in ours - known if not name.startswith("panelbot.")}
    assert unknown == newer | {conventions.EVALUATION, conventions.GEN_AI_VERSION}


def constants(module: ModuleType) -> set[str]:
    return {value for name, value in vars(module).items() if name.isupper()}
