"""Nobody gains the rights of whoever spoke, or pressed a button, after them."""

import dataclasses
import json

import pytest

from bot.adapters.redis import codec
from bot.adapters.redis.queue.journal import journal_entry, journal_event
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.receiving.payloads import amendment
from bot.panel.approvals.approvals import Pending
from bot.panel.approvals.approvers import Approvers
from bot.panel.journal.events import AuthorsRead
from bot.panel.journal.journal import NO_JOURNAL
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.messaging.people import Person, Role
from bot.panel.model import (
    NOBODY_KNOWN,
    Call,
    CallId,
    Claim,
    ConversationId,
    ExpertName,
    Message,
    MessageTs,
    Steer,
    Turn,
    TurnId,
    UserId,
    Wish,
)
from bot.panel.turn.authorship import with_authors
from bot.panel.utterance import Author, Utterance
from bot.panel.utterance import Role as Speaker
from tests.panel.conftest import THREAD

ADMIN, MEMBER, GUEST = UserId("UADMIN"), UserId("UMEMBER"), UserId("UGUEST")


def said(ts: str, author: str, role: Speaker = Speaker.PERSON) -> Utterance:
    return Utterance(MessageTs(ts), author, "Cancel it.", author=Author(author, role))


async def pressed(about: list[Utterance]) -> Turn:
    """The turn of a button that a member pressed, once the words that it is about are read."""
    steer = Steer(Wish.AGAIN, MessageTs("1.0"), MessageTs("3.0"))
    turn = Turn.of(THREAD, [Message(MessageTs("4.0"), MEMBER, "", steer=steer)])
    question = [dataclasses.replace(said("4.0", MEMBER), about=tuple(about))]
    record = TurnRecord(Claim(turn, 1, 1), NO_JOURNAL, ())
    return await with_authors(record, turn, question, (), ())


def test_every_message_of_a_turn_keeps_its_author():
    messages = [(GUEST, "1.0"), (MEMBER, "3.0"), (GUEST, "2.0")]
    turn = Turn.of(THREAD, [Message(MessageTs(ts), by, "") for by, ts in messages])

    assert turn.authors == (GUEST, MEMBER)


@pytest.mark.parametrize(("editor", "is_taken"), [(ADMIN, True), (GUEST, False), (None, True)])
def test_words_that_somebody_else_put_in_are_not_the_authors(editor, is_taken):
    identity = Identity("T1", "BBOT", "UBOT", "https://acme.slack.com/", frozenset())
    message = {"type": "message", "user": ADMIN, "ts": "1.0", "channel": "C1"}
    edited = message | {"text": "<@UBOT> cancel 4711", "edited": {"user": editor, "ts": "2.0"}}
    change = {"type": "message", "subtype": "message_changed", "channel": "C1", "ts": "2.0"}
    change |= {"message": edited, "previous_message": message | {"text": "Hi"}}

    assert (amendment({"event": change}, identity) is not None) == is_taken


async def test_whoever_presses_joins_those_whose_words_it_is_about():
    turn = await pressed([said("1.0", GUEST), said("2.0", ADMIN)])
    assert turn.authors == (GUEST, ADMIN, MEMBER)


@pytest.mark.parametrize(
    "about",
    [
        [],
        [said("2.0", GUEST)],  # the first was deleted, or is too old to be read
        [said("1.0", "legal", Speaker.EXPERT)],
        [said("1.0", "", Speaker.PANEL)],
    ],
    ids=["unreadable", "first gone", "an expert's", "the bot's"],
)
async def test_words_whose_author_nobody_knows_have_nobodys_rights(about):
    assert NOBODY_KNOWN in (await pressed(about)).authors


async def test_an_apps_words_stay_an_apps():
    assert (await pressed([said("1.0", "B1", Speaker.APP)])).authors == ("B1", MEMBER)


def test_who_wrote_what_models_read_is_in_the_journal():
    event = AuthorsRead((GUEST, UserId("U 1")), (ADMIN,))
    assert journal_event(journal_entry(event)) == event


def pending(asker: UserId, *others: UserId) -> Pending:
    call = Call(CallId("call_1"), ExpertName("legal"), "", "")
    return Pending(
        turn=TurnId("T1:C1:1.0"),
        call=call,
        title="Legal",
        icon=":scales:",
        conversation=ConversationId("conv_1"),
        wanted=(),
        asker=asker,
        about=MessageTs("1.0"),
        others=others,
    )


def test_a_request_for_approval_is_read_as_the_last_version_wrote_it_and_the_other_way_round():
    written = codec.dump(pending(MEMBER))

    assert "others" not in json.loads(written)  # the last version reads it
    assert codec.load(Pending, written).authors == (MEMBER,)
    assert codec.load(Pending, codec.dump(pending(MEMBER, GUEST))).authors == (MEMBER, GUEST)


@pytest.mark.parametrize("by", [MEMBER, GUEST])
def test_whoever_joins_in_may_not_approve_what_another_one_asked_for(by):
    role = Role.GUEST if by == GUEST else Role.MEMBER
    person = Person(by, by, role)

    assert not Approvers(admins=False).include(person, (MEMBER, GUEST))
    assert Approvers(admins=False).include(Person(MEMBER, "", Role.MEMBER), (MEMBER,))
