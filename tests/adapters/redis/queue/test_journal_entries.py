"""Entries of the journal between this version and the one before, which run side by side."""

import pytest

from bot.adapters.redis import codec
from bot.adapters.redis.queue.journal import journal_entry, journal_event
from bot.panel.journal.events import (
    ApprovalAsked,
    Closed,
    ConversationOpened,
    ExpertAnswered,
    PostStarted,
    Routed,
    StreamWithdrawn,
)
from bot.panel.model import CallId, ConsultationPath, ConversationId
from bot.panel.usage import Extras, Usage

MORE = Extras(written=1_200, long_output=3, calls={"web_search": 2})
USED = Usage(10, 4, 2, MORE)


@pytest.mark.parametrize(
    "event",
    [
        Routed("Hello { you", usage=USED),
        ExpertAnswered(CallId("call_1"), "Yes.", USED),
        ApprovalAsked(CallId("call_1"), (), usage=USED),
        Closed("{}", USED),
        Closed("{}", Usage(1)),
        PostStarted("plan {"),
    ],
)
def test_an_event_comes_back_with_all_that_it_used(event):
    assert journal_event(journal_entry(event)) == event


def test_what_the_version_before_does_not_know_stands_where_it_does_not_look():
    nonce, _, text = journal_entry(Closed("So.", USED)).partition(" ")

    assert text == '["Closed",{"text":"So.","usage":{"input":10,"cached":4,"output":2}}]'
    assert '"written":1200' in nonce


def test_an_entry_of_the_version_before_is_read():
    entry = 'Zm9vYmFy ["Closed",{"text":"So.","usage":{"input":10,"cached":4,"output":2}}]'
    assert journal_event(entry) == Closed("So.", Usage(10, 4, 2))


@pytest.mark.parametrize("path", [None, ConsultationPath("legal/tax")])
def test_a_conversation_that_was_opened_is_nothing_to_the_version_before(path):
    event = ConversationOpened(path, ConversationId("conv_1"))
    entry = journal_entry(event)

    assert journal_event(entry) == event
    assert codec.load_tagged([StreamWithdrawn], entry.partition(" ")[2]) == StreamWithdrawn(
        "opened"
    )
