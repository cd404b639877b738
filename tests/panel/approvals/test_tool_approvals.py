"""Tools that an expert may use only if somebody approves: asked, decided, carried out, ended."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.panel.approvals import approval_texts
from bot.panel.approvals.approval_texts import Undecided
from bot.panel.approvals.decisions import ApprovalDecisions, ApprovalExpiry
from bot.panel.errors import (
    MessengerRefused,
    MessengerUnavailable,
    ModelUnavailable,
    Refused,
    StoreUnavailable,
)
from bot.panel.language_model.exchange import ApprovalGiven, ToolAnswered, UserSaid
from bot.panel.messaging.messenger import Post, TaskState
from bot.panel.messaging.people import Person, Role
from bot.panel.model import Decision, Message, MessageTs, RequestId, UserId
from bot.panel.tools import ApprovalWanted, Toolbox
from tests.fakes.audit_log import auditor
from tests.fakes.language_model import ROUTER, Meanwhile, written
from tests.panel.conftest import SHOP, THREAD, Bench, consult, consult_later, with_shop

PRICE = ApprovalWanted(RequestId("mcpr_1"), "shop", "look_up_price", '{"plan": "team"}')
TICKET = ApprovalWanted(RequestId("mcpr_2"), "shop", "open_ticket", '{"title": "Broken"}')
ADMIN, MEMBER, GUEST = UserId("UADMIN"), UserId("UMEMBER"), UserId("UGUEST")


@pytest.fixture
def bench() -> Bench:
    return with_shop()


@pytest.fixture
def make_bench() -> Callable[[], Bench]:
    return with_shop


def desk(bench: Bench, patience: float = 2) -> ApprovalDecisions:
    rights = bench.approval_rights()
    return ApprovalDecisions(bench.approvals, rights, auditor(), patience=patience)


async def decide(bench: Bench, by: UserId = MEMBER, decision: Decision = Decision.APPROVED) -> str:
    """Press the button of the newest question."""
    approval = [post.approval for _, _, post in bench.messenger.posts if post.approval][-1]
    return await desk(bench).decide(THREAD, approval, by, decision)


async def carry_out(bench: Bench) -> None:
    """Run the turn that waits."""
    claim = await bench.queue.claim()
    await bench.runner().run(claim)
    await bench.queue.done(claim)


def endings(bench: Bench) -> list[str]:
    return [ending.words for ending in bench.messenger.endings.values()]


def given(bench: Bench) -> list[tuple[str, bool]]:
    items = bench.model.items_of("legal")
    return [(item.request, item.approved) for item in items if isinstance(item, ApprovalGiven)]


async def asked(bench: Bench, *wanted: ApprovalWanted) -> None:
    """Run a turn that ends in requests for approval."""
    bench.model.script("legal", ["Let me see.", *(wanted or (PRICE,))])
    await bench.ask("legal: What does it cost?")


async def test_the_turn_asks_and_is_done(bench):
    await asked(bench)

    said, question = bench.messenger.said
    assert said == ("Legal Counsel", "Let me see.")
    assert question[0] is None
    assert ":scales: **Legal Counsel** wants to use a tool that needs approval" in question[1]
    assert '`look_up_price` of `shop`, with\n```\nplan: "team"\n```' in question[1]
    assert "Who can decide: whoever asked and admins" in question[1]
    assert await bench.idle()
    assert bench.messenger.status == ""


async def test_what_is_approved_goes_on_in_the_expert_s_conversation(bench):
    await asked(bench)
    bench.model.script("legal", "49 a month.")

    assert await decide(bench) == ""
    await carry_out(bench)

    assert bench.messenger.said[-1] == ("Legal Counsel", "49 a month.")
    assert endings(bench) == [approval_texts.ended(Decision.APPROVED)]
    assert given(bench) == [("mcpr_1", True)]
    assert len([item for item in bench.model.items_of("legal") if isinstance(item, UserSaid)]) == 1
    outputs = [i.output for i in bench.model.items_of(ROUTER) if isinstance(i, ToolAnswered)]
    assert "waits for people to approve" in outputs[0]
    assert "49 a month." in outputs[1]
    assert not await bench.approvals.pending(THREAD)


async def test_a_question_stays_in_the_language_in_which_it_was_asked(bench):
    bench.people.add(Person(MEMBER, "Ben", Role.MEMBER, "de-DE"))
    await asked(bench)
    bench.model.script("legal", "49 a month.")

    await decide(bench, ADMIN)  # whose language is English
    await carry_out(bench)

    question = next(post for _, _, post in bench.messenger.posts if post.approval)
    assert "möchte ein Werkzeug benutzen" in question.text
    assert endings(bench) == ["Genehmigt von {by}, {at}."]


@pytest.mark.parametrize("decision", [Decision.DECLINED, Decision.EXPIRED])
async def test_what_is_declined_or_runs_out_is_told_so(bench, decision):
    await asked(bench, PRICE, TICKET)
    bench.model.script("legal", "Then I do not know.")

    if decision is Decision.DECLINED:
        await decide(bench, decision=decision)
    else:
        bench.queue.advance(bench.timeouts.approval + 1)
        await ApprovalExpiry(bench.approvals).expire()
    await carry_out(bench)

    assert given(bench) == [("mcpr_1", False), ("mcpr_2", False)]
    assert endings(bench) == [approval_texts.ended(decision)]
    assert bench.messenger.said[-1] == ("Legal Counsel", "Then I do not know.")


async def test_the_clock_leaves_people_their_time(bench):
    await asked(bench)

    await ApprovalExpiry(bench.approvals).expire()

    assert await bench.idle()


async def test_only_the_first_decision_counts(bench):
    await asked(bench)
    await decide(bench)

    with pytest.raises(Refused, match="already been decided"):
        await decide(bench, ADMIN, Decision.DECLINED)
    bench.queue.advance(bench.timeouts.approval + 1)
    await ApprovalExpiry(bench.approvals).expire()
    bench.model.script("legal", "49 a month.")
    await carry_out(bench)

    assert given(bench) == [("mcpr_1", True)]
    assert await bench.idle()
    with pytest.raises(Refused, match="already been decided"):
        await decide(bench)


async def test_a_press_before_the_message_is_noted_waits_for_that(bench):
    await asked(bench)
    (noted,) = await bench.approvals.pending(THREAD)
    hasty = desk(bench, patience=0.5)
    claim = await bench.claim("finance: And you?", "2.0")
    await bench.approvals.close(claim, noted.id)
    await bench.approvals.open(claim, replace(noted, ts=None))

    with pytest.raises(Refused, match="again in a moment"):
        await hasty.decide(THREAD, noted.id, MEMBER, Decision.APPROVED)
    press = asyncio.create_task(hasty.decide(THREAD, noted.id, MEMBER, Decision.APPROVED))
    await asyncio.sleep(0.2)
    await bench.approvals.ask(claim, noted, within=60)

    assert await press == approval_texts.in_line()


async def test_whoever_may_not_decide_is_told_who_can(bench):
    await asked(bench)

    with pytest.raises(
        Refused, match=r"You cannot decide this\. Who can: whoever asked and admins"
    ):
        await decide(bench, GUEST)

    assert await bench.idle()
    await decide(bench, ADMIN)
    assert not await bench.idle()


async def test_a_decision_waits_for_what_is_being_answered_and_precedes_what_waits(bench):
    await asked(bench)
    running = await bench.claim("finance: And what is it worth?", "2.0")
    await bench.queue.put(THREAD, running.turn.messages[0].__class__("3.0", MEMBER, "More?"))

    assert await decide(bench) == approval_texts.in_line()
    bench.model.script("finance", "A lot.")
    await bench.runner().run(running)
    await bench.queue.done(running)

    assert (await bench.queue.claim()).turn.verdict


async def test_other_experts_go_on_and_the_router_does_not_speak_for_who_waits(bench):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")])
    bench.model.script("legal", [PRICE])
    bench.model.script("finance", "It is worth it.")

    await bench.ask("What is it?")

    assert [name for name, _ in bench.messenger.said].count("Finance Partner") == 1
    (plan,) = bench.messenger.plans.values()
    states = {task.persona.name: task.state for task in plan[-1]}
    assert states == {"Legal Counsel": TaskState.ASKING, "Finance Partner": TaskState.DONE}
    bench.model.assert_all_used()


async def test_a_new_question_to_the_expert_ends_the_matter(bench):
    await asked(bench)
    bench.model.script("legal", "That is something else.")

    await bench.ask("legal: And now?", "2.0")

    assert endings(bench) == [approval_texts.ended(Undecided.SUPERSEDED)]
    assert given(bench) == [("mcpr_1", False)]
    with pytest.raises(Refused, match="or closed"):
        await decide(bench)
    assert await bench.idle()


async def test_a_decision_that_is_overtaken_changes_nothing(bench):
    await asked(bench)
    running = await bench.claim("legal: And now?", "2.0")
    await decide(bench)
    bench.model.script("legal", "That is something else.")

    await bench.runner().run(running)
    await bench.queue.done(running)

    assert endings(bench) == [approval_texts.ended(Undecided.SUPERSEDED)]
    assert await bench.idle()


async def test_a_question_to_another_expert_leaves_the_matter_open(bench):
    await asked(bench)

    await bench.ask("finance: And you?", "2.0")

    assert len(await bench.approvals.pending(THREAD)) == 1
    assert endings(bench) == []


async def test_stop_ends_what_is_to_be_decided(bench):
    await asked(bench)

    await bench.ask("stop", "2.0")

    assert endings(bench) == [approval_texts.ended(Undecided.STOPPED)]
    assert bench.messenger.said[-1] == (None, "Stopped.")
    assert not await bench.approvals.pending(THREAD)


async def test_stopping_a_turn_ends_it_too(bench):
    await asked(bench)
    await decide(bench)
    claim = await bench.queue.claim()

    await bench.runner().stop(claim)
    await bench.queue.done(claim)

    assert endings(bench) == [approval_texts.ended(Undecided.STOPPED)]
    assert not await bench.approvals.pending(THREAD)


async def test_an_expert_may_ask_again_when_it_goes_on(bench):
    await asked(bench)
    bench.model.script("legal", [TICKET])
    await decide(bench)
    await carry_out(bench)
    bench.model.script("legal", "Ticket 1 is open.")

    await decide(bench)
    await carry_out(bench)

    assert given(bench) == [("mcpr_1", True), ("mcpr_2", True)]
    assert bench.messenger.said[-1] == ("Legal Counsel", "Ticket 1 is open.")
    assert len(endings(bench)) == 2


async def test_who_asked_first_may_decide_to_the_end(bench):
    await asked(bench)
    bench.model.script("legal", [TICKET])
    await decide(bench, ADMIN)
    await carry_out(bench)

    (pending,) = await bench.approvals.pending(THREAD)
    assert pending.authors == (MEMBER,)
    assert pending.about == "1.0"


@pytest.mark.parametrize("stop_at", range(1, 16))
async def test_an_approver_becomes_no_author_whenever_a_worker_dies(bench, stop_at):
    await asked(bench)
    bench.model.script("legal", [TICKET])
    await decide(bench, ADMIN)
    claim = await bench.queue.claim()
    await bench.die(claim, stop_at, after=True)
    await bench.resume(claim)

    pending = await bench.approvals.pending(THREAD)
    assert [one.authors for one in pending] in ([], [(MEMBER,)])


async def test_what_people_watched_being_written_stays_above_the_question(bench):
    bench.messenger.private = True
    bench.model.script("legal", [written("Let me ", "see. ", "Yes."), PRICE])

    await bench.ask("legal: What does it cost?")

    assert [text for name, text in bench.messenger.said if name] == ["Let me see. Yes."]
    assert len(await bench.approvals.pending(THREAD)) == 1


async def test_the_clock_goes_on_when_redis_was_away(bench):
    await asked(bench)
    bench.queue.advance(bench.timeouts.approval + 1)
    expired, away = bench.approvals.expired, [StoreUnavailable("away")]

    async def sometimes():
        if away:
            raise away.pop()
        return await expired()

    bench.approvals.expired = sometimes
    clock = asyncio.create_task(ApprovalExpiry(bench.approvals, every=0).run())

    claim = await bench.queue.claim()
    clock.cancel()

    assert claim.turn.verdict.decision is Decision.EXPIRED


async def test_an_expert_called_twice_in_a_turn_ends_what_it_asked_first(bench):
    bench.model.script(ROUTER, consult_later("legal", "call_a", "call_b"))
    bench.model.script("legal", [PRICE], "That is all.")

    await bench.ask("Twice, please.")

    assert not await bench.approvals.pending(THREAD)
    assert given(bench) == [("mcpr_1", False)]


async def test_whose_conversation_is_gone_says_so(bench):
    await asked(bench)
    (gone,) = [c for c, s in bench.model.conversations.items() if s.undecided()]
    bench.model.forget(gone)
    await decide(bench)

    await carry_out(bench)

    said = [text for name, text in bench.messenger.said if name]
    assert "no longer know what I wanted the tool for" in said[-1]
    assert await bench.idle()


async def test_who_has_left_the_panel_says_so(bench):
    await asked(bench)
    await bench.editor().remove(THREAD, "legal", MEMBER)
    await decide(bench)

    await carry_out(bench)

    said = [text for name, text in bench.messenger.said if name]
    assert "taken off the panel" in said[-1]


async def test_the_answer_is_found_again_and_the_decision_not_sent_twice(bench):
    await asked(bench)
    bench.model.script("legal", ["49 a month.", ModelUnavailable("cut")])
    await decide(bench)

    await carry_out(bench)

    assert given(bench) == [("mcpr_1", True)]
    assert bench.messenger.said[-1] == ("Legal Counsel", "49 a month.")


async def test_what_was_wanted_is_found_again_after_a_crash(bench):
    bench.model.script("legal", [PRICE, ModelUnavailable("cut")])

    await bench.ask("legal: What does it cost?")

    (pending,) = await bench.approvals.pending(THREAD)
    assert pending.wanted == (PRICE,)
    assert len(bench.model.asked("legal")) == 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 12))
async def test_asking_survives_a_crash_at_every_entry(make_bench, stop_at, after):
    bench = make_bench()
    bench.model.script("legal", ["Let me see.", PRICE])
    claim = await bench.claim("legal: What does it cost?")
    await bench.die(claim, stop_at, after=after)

    await bench.resume(claim)

    assert [name for name, _ in bench.messenger.said] == ["Legal Counsel", None]
    assert len(await bench.approvals.pending(THREAD)) == 1
    bench.model.assert_all_used()


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 12))
async def test_no_button_is_left_where_a_crashed_turn_is_stopped(
    make_bench, stop_at, after, deleted
):
    bench = make_bench()
    bench.model.script("legal", ["Let me see.", PRICE])
    claim = await bench.claim("legal: What does it cost?")
    await bench.die(claim, stop_at, after=after)

    bench.lose()
    claim = await bench.queue.claim()
    if deleted:
        await bench.runner().withdraw(claim, {claim.turn.messages[0].ts})
    else:
        await bench.runner().stop(claim)
    await bench.queue.done(claim)

    asking = {ts for _, ts, post in bench.messenger.posts if post.approval}
    assert asking <= bench.messenger.endings.keys()
    assert not await bench.approvals.pending(THREAD)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 9))
async def test_going_on_survives_a_crash_at_every_entry(make_bench, stop_at, after):
    bench = make_bench()
    await asked(bench)
    await decide(bench)
    bench.model.script("legal", "49 a month.")
    claim = await bench.queue.claim()
    await bench.die(claim, stop_at, after=after)

    await bench.resume(claim)

    assert [text for name, text in bench.messenger.said if name][1:] == ["49 a month."]
    assert given(bench) == [("mcpr_1", True)]
    assert not await bench.approvals.pending(THREAD)
    assert endings(bench) == [approval_texts.ended(Decision.APPROVED)]


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("decision", [Decision.APPROVED, Decision.DECLINED])
@pytest.mark.parametrize("stop_at", range(1, 9))
async def test_a_verdict_that_was_sent_is_shown_whatever_ends_the_turn(
    bench, stop_at, decision, deleted
):
    await asked(bench)
    await decide(bench, decision=decision)
    bench.model.script("legal", "49 a month.")
    claim = await bench.queue.claim()
    await bench.die(claim, stop_at, after=False)
    was_sent = bool(given(bench))

    bench.lose()
    claim = await bench.queue.claim()
    if deleted:
        await bench.runner().withdraw(claim, {claim.turn.messages[0].ts})
    else:
        await bench.runner().stop(claim)

    assert not was_sent or endings(bench) == [approval_texts.ended(decision)]
    assert not await bench.approvals.pending(THREAD)


async def test_a_message_that_cannot_be_changed_now_is_changed_later(bench):
    await asked(bench)
    await decide(bench)
    bench.messenger.fail_next("end", MessengerUnavailable("away"))
    bench.model.script("legal", "49 a month.")
    claim = await bench.queue.claim()
    with pytest.raises(ExceptionGroup):
        await bench.runner().run(claim)

    await bench.resume(claim)

    assert endings(bench) == [approval_texts.ended(Decision.APPROVED)]
    assert bench.messenger.said[-1] == ("Legal Counsel", "49 a month.")


async def test_the_report_counts_no_question_twice(bench):
    await asked(bench)
    bench.model.script("legal", "49 a month.")
    await decide(bench)
    await carry_out(bench)

    (tally,) = [t for t in await bench.reports.usage("T1", "1970-01") if t.name == "legal"]
    assert tally.questions == 1
    assert tally.usage.output == 40


async def test_a_router_that_is_asked_again_changes_nothing_for_who_waits(bench):
    bench.model.script(ROUTER, [consult("legal"), Meanwhile(), ModelUnavailable("cut")])
    bench.model.script(ROUTER, [consult("legal", "call_again")])
    bench.model.script("legal", [PRICE])

    await bench.ask("What does it cost?")

    questions = [post for _, _, post in bench.messenger.posts if post.approval]
    assert len(questions) == len(await bench.approvals.pending(THREAD)) == 1
    assert len(bench.model.asked("legal")) == 1


@pytest.mark.parametrize("pauses", [0, 1, 5, 20, 60])
async def test_a_question_that_is_overtaken_while_it_is_posted_says_so(bench, pauses):
    bench.model.script(ROUTER, consult_later("legal", "call_a", "call_b"))
    bench.model.script("legal", [PRICE], [TICKET])
    bench.messenger.pauses = pauses

    await bench.ask("Twice, please.")

    (pending,) = await bench.approvals.pending(THREAD)
    assert pending.wanted == (TICKET,)
    shown = {post.approval: ts for _, ts, post in bench.messenger.posts if post.approval}
    others = [ts for approval, ts in shown.items() if approval != pending.id]
    assert all(
        bench.messenger.endings[ts].words == approval_texts.ended(Undecided.SUPERSEDED)
        for ts in others
    )
    assert shown[pending.id] not in bench.messenger.endings


def questions(bench: Bench) -> list[Post]:
    return [post for _, _, post in bench.messenger.posts if post.approval]


OTHER = replace(PRICE, arguments='{"plan": "all"}')


@pytest.mark.parametrize(
    "held", [(), (OTHER,), (replace(PRICE, tool="sell"),), (PRICE, OTHER), (PRICE, PRICE)]
)
async def test_what_the_model_s_side_would_do_instead_is_not_approved(bench, held):
    await asked(bench)
    items = bench.model.items_of("legal")
    items[items.index(PRICE) :] = held
    bench.model.script("legal", "Then not.")
    await decide(bench)

    await carry_out(bench)

    assert given(bench) == [("mcpr_1", False)]
    assert bench.messenger.said[-1] == (
        "Legal Counsel",
        f"Then not.\n\n{approval_texts.not_carried_out()}",
    )


async def test_what_is_allowed_no_more_is_not_approved(bench):
    await asked(bench)
    await decide(bench)
    bench.toolbox = Toolbox((replace(SHOP, allowed=("open_ticket",)),))
    bench.model.script("legal", "Then not.")

    await carry_out(bench)

    assert given(bench) == [("mcpr_1", False)]


async def test_of_a_request_that_is_changed_in_the_store_nothing_is_approved(bench):
    await asked(bench)
    (pending,) = await bench.approvals.pending(THREAD)
    claim = await bench.claim("Hm.", "3.0", mentioned=False)
    await bench.approvals.ask(claim, replace(pending, wanted=(OTHER,)), within=60)
    await bench.queue.done(claim)

    with pytest.raises(Refused, match="could not be shown in full"):
        await decide(bench)

    await decide(bench, decision=Decision.DECLINED)


LONG = replace(PRICE, arguments='{"plan": "%s"}' % ("\u202ex" * 3_000))


async def test_long_arguments_are_shown_whole_in_a_file(bench):
    await asked(bench, LONG)
    (question,) = questions(bench)
    (file,) = question.stored_files

    ((name, content),) = bench.files.stored
    assert (file.name, name) == ("tool.txt", "tool.txt")
    assert content.decode().count("⟨U+202E⟩") == 3_000
    assert "The file below shows" in question.text
    assert question.may_approve
    bench.model.script("legal", "49 a month.")
    await decide(bench)
    await carry_out(bench)
    assert given(bench) == [("mcpr_1", True)]


async def test_what_cannot_be_shown_whole_can_only_be_declined(bench):
    bench.files.errors.append(MessengerRefused("missing_scope", needed="files:write"))
    await asked(bench, LONG)
    (question,) = questions(bench)
    assert "cannot be approved" in question.text
    assert not question.may_approve
    with pytest.raises(Refused, match="could not be shown in full"):
        await decide(bench)
    await decide(bench, decision=Decision.DECLINED)


async def test_what_nobody_could_read_cannot_be_approved(bench):
    await asked(bench, replace(PRICE, arguments="x" * 1_000_000))
    assert not questions(bench)[0].may_approve


async def test_whoever_asks_for_what_may_change_something_needs_somebody_else():
    bench = with_shop(replace(SHOP, read_only=()))
    await asked(bench)

    assert "Who can decide: admins, but not whoever asked" in questions(bench)[0].text
    assert "nobody can approve" not in questions(bench)[0].text
    with pytest.raises(Refused, match="You cannot decide this"):
        await decide(bench)
    await decide(bench, ADMIN)


async def test_where_only_the_asker_reads_the_question_says_that_nobody_can():
    bench = with_shop(replace(SHOP, read_only=()))
    bench.messenger.private = True
    await asked(bench)

    assert "nobody can approve this" in questions(bench)[0].text
    await decide(bench, decision=Decision.DECLINED)  # what one asked for, one may take back


async def test_who_adds_a_word_is_no_asker_who_may_approve(bench):
    for ts, user in (("1.0", MEMBER), ("1.1", GUEST)):
        await bench.queue.put(THREAD, Message(MessageTs(ts), user, "legal: Do it."))
    bench.model.script("legal", PRICE)
    claim = await bench.queue.claim()
    await bench.runner().run(claim)
    await bench.queue.done(claim)

    for user in (MEMBER, GUEST):
        with pytest.raises(Refused, match=r"Who can: admins\."):
            await decide(bench, user)
    await decide(bench, ADMIN)
