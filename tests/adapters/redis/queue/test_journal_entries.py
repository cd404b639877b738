"""Entries of the journal: what a newer version has written among them, and what is damaged."""

import pytest

from bot.adapters.redis import keys
from bot.adapters.redis.queue.journal import RedisJournal, journal_entry, journal_event
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.panel.errors import TooNew
from bot.panel.journal.events import Closed, Routed, RouterAsked
from bot.panel.journal.post_events import Posted, PostStarted
from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from bot.panel.usage import Extras, Usage

THREAD = ThreadRef("T1", "C1", "1.0")
USED = Usage(10, 4, 2, Extras(written=1_200, long_output=3, calls={"web_search": 2}))
POSTED = Posted("router:0", MessageTs("2.0"))


@pytest.fixture
async def journal_of(redis):
    """Return the events of a journal that has entries like these texts."""

    async def read(*texts):
        queue = RedisTurnQueue(redis, Shards())
        await queue.put(THREAD, Message(MessageTs("1.0"), UserId("U1"), "Hi"))
        claim = await queue.claim()
        entries = [f"nonce {text}" for text in texts]
        await redis.rpush(f"panelbot:{{0}}:journal:{keys.thread_name(THREAD)}", *entries)
        return await RedisJournal(redis, Shards()).read(claim)

    return read


@pytest.mark.parametrize("event", [Routed("Hello { you", usage=USED), PostStarted("plan {")])
def test_an_event_comes_back_with_all_that_it_used(event):
    assert journal_event(journal_entry(event)) == event


async def test_what_a_newer_version_adds_to_an_event_is_passed_over(journal_of):
    events = await journal_of('["Routed",{"text":"So.","mood":1,"usage":{"input":1,"joules":7}}]')
    assert events == (Routed("So.", usage=Usage(1)),)


async def test_an_event_that_it_has_added_leaves_the_turn_to_its_workers(journal_of):
    with pytest.raises(TooNew, match="'Sung' is not one of"):
        await journal_of('["RouterAsked",{}]', '["Sung",{"part":"a"}]')


async def test_one_that_only_notes_something_is_passed_over(journal_of):
    events = await journal_of('["RouterAsked",{}]', '["SpanNoted",{"id":"a"}]', '["Closed",{}]')
    assert events == (RouterAsked(), None, Closed())


async def test_after_a_damaged_one_only_what_people_have_seen_counts(journal_of):
    posted = '["Posted",{"part":"router:0","ts":"2.0"}]'
    events = await journal_of('["RouterAsked",{}]', '["Clos', '["Closed",{}]', posted)
    assert events == (RouterAsked(), None, None, POSTED)
