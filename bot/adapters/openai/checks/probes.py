"""What the bot would like to know of the model's side, and how to find out with a few tokens."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from openai import APIStatusError

from bot import runtime
from bot.adapters.openai import errors
from bot.adapters.openai.checks.call_probe import call_ids, tool
from bot.adapters.openai.checks.decision_trial import decisions
from bot.adapters.openai.checks.probe_bench import ProbeBench, refusal
from bot.json_types import Json
from bot.panel.checks.probes import Check
from bot.panel.language_model.exchange import ABORTED
from bot.panel.retries import Backoff, Retries

SHORT = "Say hello, and nothing else."
LONG = "Count from 1 to 200 in words, one number a line, and nothing else."
LOOK = tool("look_it_up")

_WHILE_LOCKED = Backoff((0.1, 0.15, 0.2, 0.3, 0.5, 0.8, 1.2, 2), total=150, endless=True)

Probe = Callable[[ProbeBench], Awaitable[str]]


def checks(bench: ProbeBench) -> list[Check]:
    """Return all checks of the model's side."""
    return [
        Check(name, question, assumed, partial(_translated, probe, bench))
        for name, question, assumed, probe in _CHECKS
    ]


async def _translated(probe: Probe, bench: ProbeBench) -> str:
    async with errors.translated():
        return await probe(bench)


async def _metadata(bench: ProbeBench) -> str:
    conversation = await bench.conversation({"probe_a": "1", "probe_b": "1"})
    await bench.client.conversations.update(conversation, metadata={"probe_b": "2"})
    found = (await bench.client.conversations.retrieve(conversation)).metadata
    if found == {"probe_b": "2"}:
        return "It replaces them: what an update leaves out is gone."
    if found == {"probe_a": "1", "probe_b": "2"}:
        return "It merges them: what an update leaves out stays."
    return f"Neither: after it, they are {found}."


async def _incomplete(bench: ProbeBench) -> str:
    conversation = await bench.conversation()
    response = await bench.ask(LONG, conversation, max_output_tokens=16)
    return f"It ended as {response.status} and left: {await bench.contents(conversation)}."


async def _failed(bench: ProbeBench) -> str:
    """Ask for tools of a server that is not there: the one failure that can be had at will."""
    conversation = await bench.conversation()
    last = "nothing"
    try:
        async with bench.stream(SHORT, conversation, tools=[_nowhere(bench.nowhere)]) as stream:
            last = str((await bench.begin(stream)).type)
            async for event in stream:
                last = event.type
        ended = f"ended with {last}"
    except APIStatusError as error:
        ended = f"was refused ({refusal(error)})"
    return f"It {ended} and left: {await bench.contents(conversation)}."


async def _cancelled(bench: ProbeBench) -> str:
    conversation = await bench.conversation()
    try:
        response = await bench.ask(LONG, conversation, background=True)
    except APIStatusError as error:
        return f"It cannot be tried: {refusal(error)}."
    found, polls = response, Retries(Backoff((0.2,), endless=True))
    while found.status == "queued" and await polls.wait():
        found = await bench.client.responses.retrieve(response.id)
    try:
        ended = str((await bench.client.responses.cancel(response.id)).status)
    except APIStatusError as error:
        ended = f"{found.status}, for it cannot be cancelled ({refusal(error)})"
    waited = await _until_free(bench, conversation)
    return (
        f"Cancelled while {found.status}, it ended as {ended}; the conversation was free "
        f"{waited}. It and a short question left: {await bench.contents(conversation)}."
    )


async def _background(bench: ProbeBench) -> str:
    conversation = await bench.conversation()
    try:
        async with bench.stream(LONG, conversation, background=True) as stream:
            first = await bench.begin(stream)
    except APIStatusError as error:
        return f"It is refused: {refusal(error)}."
    if first.type != "response.created":
        return f"It is accepted, but begins with {first.type}, which names no response."
    last, count = "nothing", 0
    try:
        again = await bench.client.responses.retrieve(
            first.response.id, stream=True, starting_after=first.sequence_number
        )
        async with again:
            async for event in again:
                last, count = str(event.type), count + 1
    except APIStatusError as error:
        return f"It is accepted, but cannot be heard on: {refusal(error)}."
    return f"It is accepted, and can be heard on: {count or 'no'} more events, up to {last}."


async def _at_once(bench: ProbeBench) -> str:
    conversation = await bench.conversation()
    async with bench.stream(LONG, conversation) as stream:
        await bench.begin(stream)
        try:
            second = await bench.ask(SHORT, conversation)
            met = f"ended as {second.status}"
        except APIStatusError as error:
            met = f"was refused ({refusal(error)})"
        async for _ in stream:
            pass
    contents = await bench.contents(conversation)
    return f"The second, sent while the first was being written, {met}. They left: {contents}."


async def _dropped(bench: ProbeBench) -> str:
    conversation = await bench.conversation()
    async with bench.stream(LONG, conversation) as stream:
        await bench.begin(stream)
    waited = await _until_free(bench, conversation)
    contents = await bench.contents(conversation)
    return f"It was free {waited}. The dropped response and a short question left: {contents}."


async def _until_free(bench: ProbeBench, conversation: str) -> str:
    """Ask something short until it is answered; return when that was, in words."""
    began, waited, retries = runtime.monotonic(), 0.0, Retries(_WHILE_LOCKED)
    while True:
        try:
            await bench.ask(SHORT, conversation)
        except APIStatusError as error:
            if not errors.is_locked(error):
                return f"never ({refusal(error)})"
            if not await retries.wait():
                return f"not within {_WHILE_LOCKED.longest:.0f} s"
            waited = runtime.monotonic() - began
        else:
            return f"after {waited:.1f} s" if waited else "at once"


async def _unanswered(bench: ProbeBench) -> str:
    conversation = await bench.conversation()
    response = await bench.ask(SHORT, conversation, tools=[LOOK], tool_choice="required")
    calls = [item.call_id for item in response.output if item.type == "function_call"]
    if not calls:
        return "It cannot be tried: the model called nothing."
    try:
        await bench.ask(SHORT, conversation, tools=[LOOK], tool_choice="none")
        met = "is answered"
    except APIStatusError as error:
        met = f"is refused ({refusal(error)})"
    outputs = [{"type": "function_call_output", "call_id": c, "output": ABORTED} for c in calls]
    try:
        await bench.ask(outputs, conversation, tools=[LOOK], tool_choice="none")
        mended = "it goes on"
    except APIStatusError as error:
        mended = f"it is refused, too ({refusal(error)})"
    return f"The next request without the output {met}; with an output of ours {mended}."


async def _unstored(bench: ProbeBench) -> str:
    conversation = await bench.conversation()
    try:
        response = await bench.ask(SHORT, conversation, store=False)
    except APIStatusError as error:
        return f"It is refused: {refusal(error)}."
    try:
        await bench.client.responses.retrieve(response.id)
        kept = "can be retrieved"
    except APIStatusError as error:
        kept = f"cannot be retrieved (HTTP {error.status_code})"
    return (
        f"It is answered and {kept}; the conversation holds: {await bench.contents(conversation)}."
    )


_CHECKS: Sequence[tuple[str, str, str, Probe]] = (
    (
        "metadata",
        "Does an update of a conversation's metadata replace them or merge them?",
        "Either: the labels count their own pairs, and what is older is not read.",
        _metadata,
    ),
    (
        "incomplete",
        "What does an incomplete response leave in its conversation?",
        "Anything: what is stored is compared with the turn before the question is sent again.",
        _incomplete,
    ),
    (
        "failed",
        "What does a failed response leave in its conversation?",
        "Anything: what is stored is compared with the turn before the question is sent again.",
        _failed,
    ),
    (
        "cancelled",
        "What does a cancelled response leave in its conversation?",
        "Anything: what is stored is compared with the turn before the question is sent again.",
        _cancelled,
    ),
    (
        "background",
        "May a response in a conversation run in the background, and be heard on after a cut?",
        "The bot does not use it.",
        _background,
    ),
    (
        "at-once",
        "What becomes of a second response while a first one is written in the conversation?",
        "HTTP 400 conversation_locked, or none: the bot's own lock holds.",
        _at_once,
    ),
    (
        "dropped",
        "How long does a conversation stay locked when the client hangs up, and what is left?",
        "Some seconds: it is tried again after 1, 2, 4 and 8 s.",
        _dropped,
    ),
    (
        "unanswered-call",
        "What becomes of a request after a call that nobody has answered?",
        "It is refused by name, and an output of ours mends it.",
        _unanswered,
    ),
    (
        "call-ids",
        "Which ids and numbers do calls have that a model makes at once, and do they repeat?",
        "Any: calls are told apart by what they say, and have ids of ours.",
        call_ids,
    ),
    (
        "unstored",
        "What does store=false mean for a response in a conversation?",
        "The bot does not use it there.",
        _unstored,
    ),
    (
        "decisions",
        "Are there decisions, how are the kinds of questions answered, and is one declined alone?",
        "Any: without probabilities for each statement that is not declined, the router decides.",
        decisions,
    ),
)


def _nowhere(url: str) -> Json:
    return {
        "type": "mcp",
        "server_label": "nowhere",
        "server_url": url,
        "require_approval": "never",
    }
