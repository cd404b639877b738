"""Answers that end before they are whole: what is useful is used, and marked as cut."""

from dataclasses import replace

import pytest

from bot.panel.errors import ModelFault, ModelRefused
from bot.panel.language_model.exchange import ToolAnswered, UserSaid
from bot.panel.model import Expert, ExpertName, Message, MessageTs, Steer, UserId, Wish
from bot.panel.roster.roster import ChannelScope
from bot.panel.texts import refusal_sentences, sentences
from bot.panel.texts.code import with_note
from bot.panel.utterance import Utterance
from tests.fakes.language_model import LIMIT, ROUTER
from tests.panel.conftest import EXPERTS, THREAD, Bench, consult

CUT_SHORT = ModelRefused(ModelFault.CUT_SHORT, "max_output_tokens")
FILTERED = ModelRefused(ModelFault.FILTERED_QUESTION, "content_filter")


def cut(text: str) -> str:
    """What people read of an answer that is cut."""
    return with_note(text, sentences.cut_off())


def offers(bench: Bench) -> list[str]:
    """The posts under which people can have the rest written."""
    return [post.text for _, _, post in bench.messenger.posts if post.ends_reply and post.is_cut]


async def test_an_experts_answer_is_shown_as_far_as_it_came(bench):
    bench.model.script("legal", ["You may, as long as", LIMIT])

    await bench.ask("legal: May we?")

    assert bench.messenger.said == [("Legal Counsel", cut("You may, as long as"))]
    assert offers(bench) == [cut("You may, as long as")]
    (output,) = [i for i in bench.model.items_of(ROUTER) if isinstance(i, ToolAnswered)]
    assert "answered in the thread, but was cut off before the end:" in output.output
    assert "You may, as long as" in output.output


async def test_whole_answers_offer_nothing_of_the_kind(bench):
    await bench.ask("legal: May we?")
    assert offers(bench) == []


async def test_the_line_is_not_swallowed_by_code_that_is_open(bench):
    bench.model.script("legal", ["```python\nx = 1", LIMIT])
    await bench.ask("legal: Write it.")
    ((_, text),) = bench.messenger.said
    assert text == f"```python\nx = 1\n```\n\n{sentences.cut_off()}"


async def test_an_answer_of_which_there_is_nothing_is_a_failure(bench):
    bench.model.script("legal", CUT_SHORT)
    await bench.ask("legal: May we?")
    (who, text), *_ = bench.messenger.said
    assert who == "Legal Counsel"
    assert "the model did not finish the answer" in text
    assert offers(bench) == []


@pytest.mark.parametrize("end", [LIMIT, CUT_SHORT, FILTERED])
async def test_experts_that_the_router_called_are_consulted_though_it_was_cut(bench, end):
    bench.model.script(ROUTER, [consult("legal"), end])
    bench.model.script("legal", "You may.")

    await bench.ask("May we?")

    assert ("Legal Counsel", "You may.") in bench.messenger.said
    assert "You may." in bench.model.items_of(ROUTER)[-1].output
    assert bench.model.unanswered() == []


async def test_calls_that_the_conversation_lacks_after_a_cut_are_told_to_it(bench):
    bench.model.script(ROUTER, [consult("legal"), consult("finance"), LIMIT], "They agree.")
    bench.model.script("legal", "You may.")
    bench.model.script("finance", "Ten.")
    kept = bench.model.since

    async def nothing_kept(conversation, ref):
        """A server that stores nothing of what it has not finished."""
        items = bench.model.conversations[conversation].items
        if len(bench.model.asked(ROUTER)) == 1:
            items.clear()
        return await kept(conversation, ref)

    bench.model.since = nothing_kept

    await bench.ask("May we?")

    assert (None, "They agree.") in bench.messenger.said
    asked, *rest = bench.model.items_of(ROUTER)
    assert isinstance(asked, UserSaid)
    assert len(rest) == 5
    assert bench.model.unanswered() == []


async def test_the_routers_own_words_are_shown_as_far_as_they_came(bench):
    bench.model.script(ROUTER, ["We are a panel of", LIMIT])
    await bench.ask("Who are you?")
    assert bench.messenger.said == [(None, cut("We are a panel of"))]
    assert len(offers(bench)) == 1


async def test_a_synthesis_is_shown_as_far_as_it_came(bench):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], ["They agr", LIMIT])
    await bench.ask("May we, and what does it cost?")
    assert (None, cut("They agr")) in bench.messenger.said


@pytest.mark.parametrize("refusal", [CUT_SHORT, FILTERED])
async def test_a_synthesis_that_is_missing_is_one_quiet_line(bench, refusal):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], refusal)

    await bench.ask("May we, and what does it cost?")

    _, *router = [text for who, text in bench.messenger.said if who is None]  # after the plan
    assert router == [sentences.synthesis_missing()]
    assert not any(post.ends_reply for _, _, post in bench.messenger.posts if not post.expert)


async def test_the_router_is_heard_of_where_nobody_has_answered(bench):
    bench.model.script(ROUTER, [consult("legal")], CUT_SHORT)
    bench.model.script("legal", FILTERED)
    await bench.ask("May we?")
    assert bench.messenger.said[-1] == (
        None,
        refusal_sentences.router_failed(ModelFault.CUT_SHORT),
    )


async def test_an_answer_for_a_colleague_may_be_cut(bench):
    tax = Expert(ExpertName("tax"), "Tax Counsel", ":receipt:", "Taxes.", "Count taxes.")
    here = ChannelScope(THREAD.team_id, THREAD.channel_id)
    for expert in (replace(EXPERTS[1], consults=(tax.name,)), tax):
        await bench.panels.add(here, expert)
    bench.model.script("legal", [consult("tax"), LIMIT], "Yes.")
    bench.model.script("legal/tax", ["Seven per", LIMIT])

    await bench.ask("legal: May we?")

    assert bench.messenger.said[-1] == ("Legal Counsel", "Yes.")
    (output,) = [i for i in bench.model.items_of("legal") if isinstance(i, ToolAnswered)]
    assert output.output.startswith("Tax Counsel answered, but was cut off before the end:")
    assert "Seven per" in output.output


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 12))
async def test_a_crash_does_not_make_it_whole(bench, stop_at, after):
    bench.model.reply = lambda p: "—" if p.tools else ["You may, as long as", LIMIT]
    claim = await bench.claim("legal: May we?")
    await bench.die(claim, stop_at, after=after)
    await bench.resume(claim)
    assert bench.messenger.said == [("Legal Counsel", cut("You may, as long as"))]
    assert len(bench.model.asked("legal")) == 1


async def test_whoever_wrote_it_goes_on(bench):
    bench.model.script("legal", ["You may, as long as", LIMIT], "you pay.")
    await bench.ask("legal: May we?")
    ((_, _, posted),) = bench.messenger.posts
    bench.transcript.history = [
        Utterance(MessageTs("1.0"), "Ada", "May we?"),
        Utterance(MessageTs("2.0"), "Legal Counsel", posted.text),
    ]
    steer = Steer(Wish.AGAIN, posted.about, MessageTs("2.0"), (posted.expert,), goes_on=True)
    pressed = Message(MessageTs("2.000001"), UserId("UADA"), "", mentioned=True, steer=steer)
    await bench.queue.put(THREAD, pressed, alone=True)
    claim = await bench.queue.claim()

    await bench.runner().run(claim)

    said = bench.messenger.said[1:]
    assert said == [(None, "_UADA wants to read on._"), ("Legal Counsel", "you pay.")]
    asked = bench.model.asked("legal")[-1].items[-1].text
    assert "Go on exactly where it stops" in asked
    assert "You may, as long as" in asked
    assert "May we?" in asked
