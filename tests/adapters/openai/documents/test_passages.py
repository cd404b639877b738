import pytest

from bot.adapters.openai.documents.knowledge import OpenAIKnowledge
from bot.panel.model import ConversationId
from bot.panel.roster.documents.knowledge import Passage
from tests.adapters.openai.canned_api import Answer, CannedApi
from tests.adapters.openai.events import citing, message, page, searched

CONVERSATION = ConversationId("conv_1")
ASKED = message('<message ref="call_1">', role="user", id_="msg_a")
ANSWER = citing("Thirty days.", prices=12)


async def passages(knowledge: OpenAIKnowledge, api: CannedApi, *newest_first: object):
    api.will(Answer(body=page(*newest_first)))  # type: ignore[arg-type]
    return await knowledge.passages(CONVERSATION, 'ref="call_1"')


async def test_passages_have_the_numbers_of_their_footnotes(
    knowledge: OpenAIKnowledge, api: CannedApi
) -> None:
    found = searched(("a", "A."), ("b", "B."), ("c", "C."))
    answer = citing("Thirty days.", c=12, a=12)
    told = await passages(knowledge, api, answer, found, ASKED)
    assert [(one.document, one.footnote) for one in told] == [
        ("c.md", 1),
        ("a.md", 2),
        ("b.md", None),
    ]


async def test_the_cited_documents_come_first(knowledge: OpenAIKnowledge, api: CannedApi) -> None:
    found = searched(("handbook", "Holiday."), ("prices", "900."))
    assert list(await passages(knowledge, api, ANSWER, found, ASKED)) == [
        Passage("prices.md", "900.", footnote=1),
        Passage("handbook.md", "Holiday."),
    ]


async def test_what_was_found_for_other_questions_is_left_out(
    knowledge: OpenAIKnowledge, api: CannedApi
) -> None:
    later = message('<message ref="call_2">', role="user", id_="msg_b")
    before, after = searched(("old", "Old."), id_="fs_0"), searched(("new", "New."), id_="fs_2")
    found = searched(("prices", "900."))
    items = (ANSWER, after, later, ANSWER, found, ASKED, before)
    assert [one.document for one in await passages(knowledge, api, *items)] == ["prices.md"]


async def test_what_is_found_twice_is_told_once(knowledge: OpenAIKnowledge, api: CannedApi) -> None:
    twice = [searched(("prices", "900."), id_=f"fs_{n}") for n in (2, 1)]
    assert len(await passages(knowledge, api, ANSWER, *twice, ASKED)) == 1


async def test_a_document_that_was_indexed_twice_is_told_once(
    knowledge: OpenAIKnowledge, api: CannedApi
) -> None:
    found, again = searched(("prices", "900.")), searched(("prices", "900."), id_="fs_2")
    again["results"][0]["file_id"] = "file-other"
    told = await passages(knowledge, api, ANSWER, again, found, ASKED)
    assert list(told) == [Passage("prices.md", "900.", footnote=1)]


async def test_a_question_that_is_not_there_has_no_passages(
    knowledge: OpenAIKnowledge, api: CannedApi
) -> None:
    assert list(await passages(knowledge, api, ANSWER, searched(("prices", "900.")))) == []


async def test_results_have_to_be_asked_for(knowledge: OpenAIKnowledge, api: CannedApi) -> None:
    await passages(knowledge, api, ASKED)
    assert "include%5B%5D=file_search_call.results" in api.seen[-1].query


@pytest.mark.parametrize("conversation", ["own_1", "thread_1"])
async def test_other_backends_keep_no_passages(
    knowledge: OpenAIKnowledge, api: CannedApi, conversation: str
) -> None:
    assert await knowledge.passages(ConversationId(conversation), 'ref="call_1"') == ()
    assert not api.seen
