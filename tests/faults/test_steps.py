"""The harness's own eyes: a trap that waits for a name nobody says would prove nothing."""

import pytest

from bot.adapters.redis.connection.scripting import Script
from bot.adapters.redis.queue.journal import RedisJournal
from bot.adapters.redis.shards import Shards
from bot.experts.library import library
from bot.panel.journal.events import Routed
from bot.panel.journal.post_events import PostStarted
from bot.panel.language_model.instructions import ROUTER_INSTRUCTIONS as ROUTER
from bot.panel.model import Claim, Message, MessageTs, ThreadRef, Turn, UserId
from tests.faults import steps
from tests.faults.redis_proxy import Commands

EXPERT = library()[0].instructions
HELLO = Message(MessageTs("1.0"), UserId("U1"), "Hello")


def sent(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in words)


def test_commands_are_read_however_they_are_cut():
    stream = sent(b"SET", b"a", b"1\r\n2") + sent(b"PING")
    commands = Commands()

    read = [words for byte in stream for _, words in commands.feed(bytes([byte]))]

    assert read == [[b"SET", b"a", b"1\r\n2"], [b"PING"]]


class Heard:
    """Takes commands to Redis, as the client words them."""

    def __init__(self) -> None:
        self.command: list[bytes] = []

    async def evalsha(self, *args: str | int) -> int:
        self.command = [b"EVALSHA", *(str(arg).encode() for arg in args)]
        return 1


async def test_journal_entries_are_known_by_their_kind():
    redis, claim = Heard(), Claim(Turn.of(ThreadRef("T1", "C1", "1.0"), (HELLO,)), 7, attempt=1)

    await RedisJournal(redis, Shards()).append(claim, Routed(), PostStarted("plan"), again=1)

    assert steps.of_redis(redis.command) == ["journal Routed", "journal PostStarted"]
    assert set(steps.of_redis(redis.command)) < set(steps.JOURNAL)


def test_a_script_that_is_sent_whole_is_known_too():
    claim = Script("claim")._source.encode()

    assert steps.of_redis([b"EVAL", claim, b"1", b"P"]) == ["queue claim"]


@pytest.mark.parametrize(
    ("body", "step"),
    [
        ({"instructions": EXPERT}, "model expert"),
        ({"instructions": EXPERT, "tools": [{}], "tool_choice": "auto"}, "model expert"),
        ({"instructions": EXPERT, "tools": [{}], "tool_choice": "none"}, "model answer"),
        ({"instructions": ROUTER, "tools": [{}], "tool_choice": "auto"}, "model router"),
        ({"instructions": ROUTER, "tools": [{}], "tool_choice": "none"}, "model closing"),
    ],
)
def test_requests_to_the_model_are_told_apart(body, step):
    assert steps.of_model("POST", "/v1/responses", body) == step


def test_messages_are_known_by_their_part():
    metadata = '{"event_payload": {"part": "reply:call_1:0"}}'

    assert steps.of_slack("chat.postMessage", {"metadata": metadata}) == "slack reply"
