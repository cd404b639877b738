"""What people and models say cannot be read in Redis without the operator's keys."""

import json
from secrets import token_bytes

import pytest
from click.testing import CliRunner

from bot.adapters.redis.codec import Unreadable
from bot.adapters.redis.encryption import Cipher, key_id
from bot.adapters.redis.key_rotation import KeyRotation, Rotated
from bot.adapters.redis.queue.approval_store import RedisApprovalStore
from bot.adapters.redis.queue.journal import RedisJournal
from bot.adapters.redis.queue.outbox import RedisOutbox
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.conversation_store import RedisConversationStore
from bot.adapters.redis.stores.feedback_store import RedisFeedbackStore
from bot.adapters.redis.stores.kept_data import RedisKeptData
from bot.cli.main import main
from bot.panel.approvals.approvals import Pending
from bot.panel.journal.events import ExpertAnswered
from bot.panel.language_model.exchange import UserSaid
from bot.panel.links import RouterLabels
from bot.panel.messaging.outbox import LastState
from bot.panel.model import (
    Call,
    CallId,
    ConversationId,
    ExpertName,
    FileId,
    Message,
    MessageTs,
    RequestId,
    SharedFile,
    ThreadRef,
    TurnId,
    UserId,
)
from bot.panel.reports.feedback import Feedback, Judged, Opinion
from bot.panel.tools import ApprovalWanted
from bot.panel.usage import Usage
from bot.settings.environment import ConfigError, read

WORD = "Zebrafisch"  # in everything that is said
OLD, NEW = token_bytes(32), token_bytes(32)
ONE, TWO = ThreadRef("T1", "C1", "1.0"), ThreadRef("T1", "C2", "2.0")
ANN = UserId("UANN")


class Stores:
    """All that keeps content, with the same cipher."""

    def __init__(self, redis, *keys: bytes) -> None:
        cipher, shards = Cipher(keys), Shards(2)
        self.queue = RedisTurnQueue(redis, shards, cipher=cipher)
        self.journal = RedisJournal(redis, shards, cipher)
        self.outbox = RedisOutbox(redis, shards, cipher=cipher)
        self.approvals = RedisApprovalStore(redis, shards, cipher)
        self.conversations = RedisConversationStore(redis, cipher)
        self.feedback = RedisFeedbackStore(redis, cipher)


def message(ts: str) -> Message:
    file = SharedFile(FileId("F1"), f"{WORD}.pdf")
    return Message(MessageTs(ts), ANN, f"{WORD}?", True, (file,), quoted=WORD, author_name=WORD)


async def fill(stores: Stores) -> ConversationId:
    """Put something in every place; returns the conversation that the bot keeps."""
    for thread, ts in ((ONE, "1.0"), (TWO, "2.0")):
        await stores.queue.put(thread, message(ts))
        claim = await stores.queue.claim()
        answered = ExpertAnswered(CallId("call_1"), WORD, Usage(1))
        await stores.journal.append(claim, answered)
        if thread == TWO:
            await stores.queue.bury(claim, "reason")
    await stores.queue.put(ONE, message("1.5"))
    wanted = (ApprovalWanted(RequestId("r"), "shop", "open", json.dumps({"title": WORD})),)
    call = Call(CallId("call_1"), ExpertName("legal"), WORD, WORD)
    asked = (ANN, MessageTs("1.0"), MessageTs("1.1"))
    first = await _running(stores)
    pending = Pending(first.turn.id, call, "Legal", ":x:", ConversationId("c"), wanted, *asked)
    await stores.approvals.open(first, pending)
    await stores.outbox.put(LastState(ONE, "1.1", json.dumps({"text": WORD})))
    conversation = await stores.conversations.open(RouterLabels(ONE))
    await stores.conversations.add(conversation, [UserSaid(WORD)], after=0)
    await stores.conversations.sum_up(conversation, WORD, 0)
    judged = Judged(TurnId("T1:C1:1763671234.000100"), "synthesis", None)
    opinion = Feedback(judged, "0.0", ANN, Opinion.BAD, 1, "m", reason=WORD)
    await stores.feedback.save("T1", opinion)
    return conversation


async def _running(stores: Stores):
    await stores.queue.put(ThreadRef("T1", "C3", "3.0"), message("3.0"))
    return await stores.queue.claim()


async def read_all(stores: Stores, conversation: ConversationId) -> list[str]:
    """Return everything that is kept, as text."""
    remembered = await stores.conversations.recall(conversation)
    third = ThreadRef("T1", "C3", "3.0")
    (letter,) = await stores.queue.buried()
    return [
        *map(str, letter.turn.messages),
        *map(str, await stores.approvals.pending(third)),
        *(state.request for state in (await stores.outbox.of(ONE)).values()),
        *map(str, remembered.items),
        remembered.summary,
        *map(str, await stores.feedback.of_month("T1", "2025-11")),
    ]


async def dumped(redis) -> str:
    """Return all that somebody sees who can read the whole database."""
    seen = []
    for key in sorted({key async for key in redis.scan_iter()}):  # its own order may change
        match await redis.type(key):
            case "string":
                seen.append(await redis.get(key))
            case "list":
                seen += await redis.lrange(key, 0, -1)
            case "hash":
                seen += [str(await redis.hgetall(key))]
    return "\n".join(seen)


async def test_whoever_reads_the_database_learns_nothing_that_was_said(redis):
    stores = Stores(redis, NEW)
    conversation = await fill(stores)

    assert WORD not in await dumped(redis)
    everything = await read_all(stores, conversation)
    assert len(everything) == 6
    assert all(WORD in text for text in everything)


async def test_without_keys_the_same_test_finds_the_word(redis):
    await fill(Stores(redis))

    assert (await dumped(redis)).count(WORD) > 10


async def test_what_was_written_before_there_were_keys_is_read_and_then_encrypted(redis):
    conversation = await fill(Stores(redis))
    stores = Stores(redis, NEW)

    before = await read_all(stores, conversation)
    rotated = await KeyRotation(redis, Cipher([NEW])).run()

    assert (rotated.renewed, rotated.kept, rotated.unreadable) == (11, 0, 0)
    assert WORD not in await dumped(redis)
    assert await read_all(stores, conversation) == before


async def test_after_a_rotation_the_old_key_can_go(redis):
    conversation = await fill(Stores(redis, OLD))
    before = await read_all(Stores(redis, OLD), conversation)
    first = await KeyRotation(redis, Cipher([NEW, OLD])).run()
    second = await KeyRotation(redis, Cipher([NEW])).run()

    assert first.unreadable == 0
    assert second == Rotated(kept=first.renewed)
    assert await read_all(Stores(redis, NEW), conversation) == before


async def test_a_turn_goes_on_through_a_rotation(redis):
    await fill(Stores(redis, OLD))
    claimed = Stores(redis, NEW, OLD)
    claim = await claimed.queue.hold(ThreadRef("T1", "C9", "9.0"))
    await KeyRotation(redis, Cipher([NEW, OLD])).run()

    stores = Stores(redis, NEW)
    assert claim
    assert await stores.queue.retry(TurnId("T1:C2:2.0"))
    again = await stores.queue.claim()
    assert again.turn.messages[0].text == f"{WORD}?"
    assert any(
        isinstance(event, ExpertAnswered) and event.text == WORD
        for event in await stores.journal.read(again)
    )


async def test_without_its_key_a_value_is_reported_and_kept(redis):
    await fill(Stores(redis, OLD))
    before = await dumped(redis)

    rotated = await KeyRotation(redis, Cipher([NEW])).run()

    assert (rotated.renewed, rotated.unreadable) == (0, 11)
    assert await dumped(redis) == before
    stores = Stores(redis, NEW)
    assert await stores.queue.buried() == []  # logged; another process may have the key
    assert await stores.approvals.pending(ThreadRef("T1", "C3", "3.0")) == []


async def test_a_message_that_is_moved_to_another_thread_cannot_be_read(redis):
    stores = Stores(redis, NEW)
    await stores.queue.put(ONE, message("1.0"))
    (private,) = [key async for key in redis.scan_iter("*inbox:T1:C1*")]
    own = private.replace("C1:1.0", "C2:2.0").replace("{1}", "{0}")
    await redis.rpush(own, *await redis.lrange(private, 0, -1))

    cipher = Cipher([NEW])
    (entry,) = await redis.lrange(own, 0, -1)
    assert WORD in cipher.decrypt(entry[1:], "message T1:C1:1.0")
    with pytest.raises(Unreadable, match="damaged or moved"):
        cipher.decrypt(entry[1:], "message T1:C2:2.0")


async def test_those_who_are_forgotten_are_found_without_a_key(redis):
    await fill(Stores(redis, NEW))

    found = await RedisKeptData(redis, Shards()).unanswered("T1", ANN)

    assert found.waiting == ((ONE, "1.5"),)
    assert found.given_up == ("T1:C2:2.0",)


@pytest.mark.parametrize("spoilt", ["~1.00000000.AAAA", "~1.{id}.AAAA", "~1.{id}.!", "~1.{id}."])
def test_spoilt_values_are_unreadable_or_plain_but_never_an_error(spoilt):
    text = spoilt.format(id=key_id(NEW))
    try:
        assert Cipher([NEW]).decrypt(text, "x") == text
    except Unreadable as error:
        assert "AAAA" not in str(error)  # noqa: PT017


@pytest.mark.parametrize("text", ["", "~1.", "[]", "{}", '{"encrypted":"~1."}', "\ud800", "ü" * 9])
def test_any_text_survives(text):
    cipher = Cipher([NEW, OLD])
    if text != "\ud800":  # never reaches a store: see bot/characters.py
        assert cipher.decrypt(cipher.encrypt(text, "x"), "x") == text
    assert Cipher().decrypt(text, "x") == text


@pytest.mark.parametrize(
    "keys", ["short", "A" * 42, "A" * 43 + "," + "A" * 43, "A" * 43 + ",", "ü"]
)
def test_a_wrong_key_is_told_without_showing_it(keys):
    with pytest.raises(ConfigError) as refused:
        read({"PANELBOT_ENCRYPTION_KEYS": keys})
    assert "keys of 32 bytes in base64" in str(refused.value)
    assert keys not in str(refused.value)


def test_a_new_key_can_be_used():
    keys = [CliRunner().invoke(main, ["keys", "new"]).output.strip() for _ in range(2)]
    config = read({"PANELBOT_ENCRYPTION_KEYS": f"{keys[0]}, {keys[1]}="})
    assert [len(key) for key in config.encryption_keys] == [32, 32]
