"""A function acts for all whose words or clicks have led to its call, however it came about."""

import dataclasses

import pytest

from bot.functions import Author, Role
from bot.panel.errors import MessengerRefused
from bot.panel.model import (
    Expert,
    ExpertName,
    Message,
    MessageTs,
    Steer,
    UserId,
    Wish,
)
from bot.panel.roster.roster import ChannelScope
from bot.panel.utterance import Author as Writer
from bot.panel.utterance import Role as Speaker
from bot.panel.utterance import Utterance
from tests.fakes.language_model import ROUTER
from tests.fakes.people import FakePeople
from tests.panel.conftest import THREAD, Bench, consult

ORDERS = Expert(ExpertName("orders"), "Order Desk", ":package:", "Orders.", "", function="orders")
GUEST, MEMBER, ADMIN = (
    Author("UGUEST", "Gus", Role.GUEST),
    Author("UMEMBER", "Ben", Role.MEMBER),
    Author("UADMIN", "Ada", Role.ADMIN),
)


@pytest.fixture
async def desk() -> Bench:
    """A bench whose panel has a function, which the router and Legal may consult."""
    bench, channel = Bench(), ChannelScope(THREAD.team_id, THREAD.channel_id)
    await bench.panels.add(channel, ORDERS)
    legal = (await bench.editor().panel(channel)).find("legal")
    assert legal
    await bench.panels.add(channel, dataclasses.replace(legal, consults=(ORDERS.name,)))
    bench.functions.answers["orders"] = ["Cancelled."]
    return bench


def message(text: str, by: Author = MEMBER, ts: str = "2.0", **more: object) -> Message:
    return Message(MessageTs(ts), UserId(by.id), text, mentioned=True, **more)  # type: ignore[arg-type]


def said(ts: str, by: str, role: Speaker = Speaker.PERSON) -> Utterance:
    return Utterance(MessageTs(ts), by, "Cancel 4711.", author=Writer(by, role))


async def run(desk: Bench, *messages: Message) -> None:
    for one in messages:
        await desk.queue.put(THREAD, one)
    claim = await desk.queue.claim()
    await desk.runner().run(claim)
    await desk.queue.done(claim)


async def asked_by(desk: Bench, *messages: Message) -> tuple[Author, ...]:
    await run(desk, *messages)
    request = desk.functions.asked[-1]
    sole = request.authors[0] if len(request.authors) == 1 else None
    assert request.asker == sole
    return request.authors


async def test_a_single_author_is_the_asker_with_their_role(desk):
    assert await asked_by(desk, message("orders: where is 7?")) == (MEMBER,)
    assert desk.functions.asked[0].role is Role.MEMBER


async def test_a_guests_question_does_not_run_as_the_colleague_who_spoke_meanwhile(desk):
    desk.model.script(ROUTER, [consult("orders")])
    messages = [message("Cancel 7.", GUEST), message("Good morning", ADMIN, "3.0")]

    assert await asked_by(desk, *messages) == (GUEST, ADMIN)
    assert desk.functions.asked[0].role is Role.GUEST


@pytest.mark.parametrize("wish", [Wish.AGAIN, Wish.ANOTHER, Wish.EVERYONE])
async def test_a_button_lends_nobodys_rights_to_the_words_that_it_is_about(desk, wish):
    desk.transcript.history = [said("1.0", "UGUEST")]
    steer = Steer(wish, MessageTs("1.0"), MessageTs("1.5"), (ORDERS.name,))

    assert await asked_by(desk, message("", ADMIN, steer=steer)) == (GUEST, ADMIN)


async def test_whoever_has_fewer_rights_gains_none_by_a_button_under_anothers_words(desk):
    desk.transcript.history = [said("1.0", "UADMIN")]
    steer = Steer(Wish.AGAIN, MessageTs("1.0"), MessageTs("1.5"), (ORDERS.name,))

    await run(desk, message("", GUEST, steer=steer))
    assert desk.functions.asked[0].role is Role.GUEST


async def test_a_brief_has_the_authors_of_what_the_model_read_with_the_question(desk):
    desk.model.script(ROUTER, [consult("orders")])
    desk.transcript.history = [said("1.0", "UGUEST"), said("1.1", "legal", Speaker.EXPERT)]

    assert await asked_by(desk, message("Do what was said.")) == (MEMBER, GUEST)


async def test_whoever_addresses_a_function_asks_alone_and_learns_who_said_what_before(desk):
    history = [said("1.0", "UGUEST"), said("1.1", "B7", Speaker.APP), said("1.2", "legal")]
    history[2] = said("1.2", "legal", Speaker.EXPERT)
    desk.transcript.history = history

    assert await asked_by(desk, message("orders: cancel 7")) == (MEMBER,)
    authors = [one.author for one in desk.functions.asked[0].said]
    assert authors == [GUEST, Author("B7", "B7", Role.APP), None]


async def test_an_edit_that_is_read_with_the_next_question_has_its_author(desk):
    await run(desk, message("Hello", GUEST, "1.0"))
    await desk.threads.mark_edited(THREAD, MessageTs("1.0"), MessageTs("1.5"))
    desk.transcript.history = [dataclasses.replace(said("1.0", "UGUEST"), edited=MessageTs("1.5"))]
    desk.model.script(ROUTER, [consult("orders")])

    assert await asked_by(desk, message("Thanks", ADMIN)) == (ADMIN, GUEST)


async def test_a_colleague_of_an_expert_acts_for_the_people_who_asked(desk):
    desk.model.script("legal", [consult("orders")], ["Done."])
    messages = [message("legal: cancel 7", GUEST), message("legal: thanks", MEMBER, "3.0")]

    assert await asked_by(desk, *messages) == (GUEST, MEMBER)


@pytest.mark.parametrize("stop_at", range(1, 9))
async def test_a_worker_that_dies_takes_no_author_with_it_though_the_words_are_deleted(
    desk, stop_at
):
    desk.model.script(ROUTER, [consult("orders")])
    desk.transcript.history = [said("1.0", "UGUEST")]
    claim = await desk.claim("Do what was said.", "2.0")
    await desk.die(claim, stop_at, after=True)
    desk.transcript.history = []
    await desk.resume(claim)

    if "4711" in str(desk.model.items_of(ROUTER)):
        assert all(GUEST in request.authors for request in desk.functions.asked)


@pytest.mark.parametrize("by", [None, UserId("UADMIN")])
async def test_a_question_that_is_tried_again_keeps_the_authors_of_what_was_read_before(desk, by):
    desk.model.script(ROUTER, [consult("orders")])
    desk.transcript.history = [said("1.0", "UGUEST")]
    claim = await desk.claim("Do what was said.", "2.0")
    await desk.die(claim, 5, after=True)
    desk.lose()
    claim = await desk.queue.claim()
    await desk.queue.bury(claim, "why")
    desk.transcript.history = []
    assert await desk.queue.retry(claim.turn.id, by=by)
    claim = await desk.queue.claim()
    await desk.runner().run(claim)

    presser = [ADMIN] if by else []
    assert [*desk.functions.asked[-1].authors] == [MEMBER, *presser, GUEST]


async def test_an_apps_words_have_no_persons_rights_whoever_presses(desk):
    desk.transcript.history = [said("1.0", "B7", Speaker.APP)]
    steer = Steer(Wish.ASK, MessageTs("1.0"), MessageTs("1.0"), (ORDERS.name,))

    assert await asked_by(desk, message("", steer=steer)) == (Author("B7", "B7", Role.APP), MEMBER)
    assert desk.functions.asked[0].role is Role.APP


async def test_an_app_that_may_ask_is_the_asker_as_an_app(desk):
    asks = message("orders: 7", Author("B7", ""), by_app=True)

    assert await asked_by(desk, asks) == (Author("B7", "B7", Role.APP),)


async def test_words_that_cannot_be_read_any_more_have_nobodys_rights(desk):
    steer = Steer(Wish.AGAIN, MessageTs("1.0"), MessageTs("1.5"), (ORDERS.name,))

    assert await asked_by(desk, message("", ADMIN, steer=steer)) == (Author("", ""), ADMIN)
    assert desk.functions.asked[0].role is Role.STRANGER


async def test_whoever_may_not_be_looked_up_is_a_stranger(desk):
    class Hidden(FakePeople):
        async def person(self, user):
            raise MessengerRefused("users.info", "missing_scope")

    desk.people = Hidden()

    await run(desk, message("orders: 7"))
    assert desk.functions.asked[0].authors == (Author("UMEMBER", "UMEMBER"),)
