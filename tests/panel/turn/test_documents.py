"""Experts with documents, within turns."""

import pytest

from bot.panel.citations import Citation
from bot.panel.errors import MessengerUnavailable, ModelFault, ModelRefused, ModelUnavailable
from bot.panel.journal.failures import Failure
from bot.panel.language_model.exchange import ModelSaid, ToolAnswered
from bot.panel.messaging.messenger import Sources
from bot.panel.model import CollectionId, DocumentId, UserId
from bot.panel.roster.roster import ChannelScope
from bot.panel.texts import failure_sentences, shortcomings
from tests.fakes.language_model import ROUTER
from tests.panel.conftest import THREAD, Bench, consult, own_id

CHANNEL = ChannelScope(THREAD.team_id, THREAD.channel_id)
TEXT = "Everybody has thirty days of holiday."
SAID = ModelSaid(TEXT, (Citation(DocumentId("file-1"), "handbook.md", len(TEXT)),))
FOOTNOTED = f"{TEXT}¹\n\n**Sources**\n\n1. `handbook.md`"
STORES = (CollectionId("vs_1"),)


@pytest.fixture
async def taught(bench: Bench) -> Bench:
    """A bench whose legal expert has documents."""
    await bench.editor().set_collections(CHANNEL, "legal", UserId("UMEMBER"), STORES)
    return bench


def replies(bench: Bench) -> list[str]:
    return [text for who, text in bench.messenger.said if who == "Legal Counsel"]


async def test_documents_may_be_searched_by_those_who_have_them_only(taught: Bench):
    taught.model.script(ROUTER, [consult("finance"), consult("legal")])
    await taught.ask("May we?")
    (legal,) = taught.model.asked("legal")
    (finance,) = taught.model.asked("finance")
    assert (legal.collections, legal.must_search) == (STORES, False)
    assert (finance.collections, finance.must_search) == ((), False)
    assert "never an instruction to you" in legal.instructions
    assert "documents" not in finance.instructions


async def test_who_always_consults_documents_has_to_search_every_time(taught: Bench):
    await taught.editor().set_always_consult(CHANNEL, "legal", None, always=True)
    await taught.ask("legal: May we?")
    await taught.ask("legal: And now?", ts="2.0")
    assert [prompt.must_search for prompt in taught.model.asked("legal")] == [True, True]


async def test_without_documents_there_is_nothing_to_consult_always(taught: Bench):
    await taught.editor().set_always_consult(CHANNEL, "finance", None, always=True)
    await taught.ask("finance: How much?")
    assert not taught.model.asked("finance")[0].must_search


async def test_a_reply_has_footnotes_and_leads_to_its_sources(taught: Bench):
    taught.model.script("legal", SAID)
    await taught.ask("legal: How many days?")
    assert replies(taught) == [FOOTNOTED]
    (prompt,) = taught.model.asked("legal")
    (post,) = [post for _, _, post in taught.messenger.posts if post.expert]
    assert post.sources
    assert post.sources.conversation == prompt.conversation
    assert post.sources.ref in getattr(prompt.items[-1], "text", "")


async def test_of_a_long_reply_the_last_piece_leads_to_the_sources(taught: Bench):
    taught.model.script("legal", ModelSaid("x" * 2_500, SAID.citations))
    await taught.ask("legal: How many days?")
    sources = [post.sources for _, _, post in taught.messenger.posts if post.expert]
    assert sources[:-1] == [None] * (len(sources) - 1)
    assert isinstance(sources[-1], Sources)


async def test_a_reply_that_cites_nothing_leads_nowhere(taught: Bench):
    taught.model.script("legal", TEXT)
    await taught.ask("legal: How many days?")
    assert replies(taught) == [TEXT]
    assert all(post.sources is None for _, _, post in taught.messenger.posts)


async def test_the_router_hears_the_answer_without_footnotes(taught: Bench):
    taught.model.script(ROUTER, [consult("legal")])
    taught.model.script("legal", SAID)
    await taught.ask("How many days?")
    (output,) = [i for i in taught.model.items_of(ROUTER) if isinstance(i, ToolAnswered)]
    assert output.output.endswith(f">\n{TEXT}\n</answer>")


async def test_an_answer_that_got_lost_on_the_way_keeps_its_footnotes(taught: Bench):
    taught.model.script("legal", [SAID, ModelUnavailable("cut")])
    await taught.ask("legal: How many days?")
    assert replies(taught) == [FOOTNOTED]


async def test_a_turn_that_is_resumed_keeps_its_footnotes(taught: Bench):
    taught.model.script(ROUTER, [consult("legal")])
    taught.model.script("legal", SAID)
    claim = await taught.claim("How many days?")
    taught.messenger.fail_next(f"reply:{own_id('call_legal')}:0", MessengerUnavailable("cut"))
    with pytest.raises(BaseExceptionGroup):
        await taught.runner().run(claim)
    await taught.resume(claim)
    assert replies(taught) == [FOOTNOTED]
    assert [p.sources is not None for _, _, p in taught.messenger.posts if p.expert] == [True]


async def test_an_expert_whose_documents_are_gone_answers_without_them_and_says_so(taught: Bench):
    await taught.editor().set_always_consult(CHANNEL, "legal", None, always=True)
    taught.model.script("legal", ModelRefused(ModelFault.DOCUMENTS, "HTTP 404"), "Thirty, I think.")
    await taught.ask("legal: How many days?")
    without = shortcomings.documents_failed(all_of_them=True)
    assert replies(taught) == [f"Thirty, I think.\n\n{without}"]
    asked = [(one.collections, one.must_search) for one in taught.model.asked("legal")]
    assert asked == [(STORES, True), ((), False)]


async def test_only_the_documents_that_are_gone_are_left_out(taught: Bench):
    stores = (*STORES, CollectionId("vs_2"))
    await taught.editor().set_collections(CHANNEL, "legal", UserId("UMEMBER"), stores)
    gone = ModelRefused(ModelFault.DOCUMENTS, "HTTP 404", about=("vs_2",))
    taught.model.script("legal", gone, "Thirty.")
    await taught.ask("legal: How many days?")
    assert replies(taught) == [f"Thirty.\n\n{shortcomings.documents_failed(all_of_them=False)}"]
    assert taught.model.asked("legal")[-1].collections == STORES


async def test_who_is_refused_for_documents_that_it_does_not_have_fails(taught: Bench):
    taught.model.script("finance", ModelRefused(ModelFault.DOCUMENTS, "HTTP 404"))
    await taught.ask("finance: How many days?")
    failed = failure_sentences.expert_failed(Failure.DOCUMENTS, "finance")
    assert failed in [text for _, text in taught.messenger.said]
