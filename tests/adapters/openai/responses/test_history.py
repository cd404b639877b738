"""What a conversation holds besides words: tools of the model's side, and what it cites."""

from bot.panel.citations import Citation
from bot.panel.language_model.exchange import ModelSaid, Source, ToolUsed, UserSaid
from bot.panel.model import ConversationId, DocumentId
from tests.adapters.openai.canned_api import Answer

SOURCES = [
    {"type": "url_citation", "title": "MIT", "url": "https://mit.example", "start_index": 0,
     "end_index": 1},
    {"type": "file_citation", "filename": "law.pdf", "file_id": "file_1", "index": 3},
    {"type": "file_citation", "filename": "law.pdf", "file_id": "file_1", "index": 9},
    {"type": "file_path", "file_id": "file_1", "index": 3},
]  # fmt: skip
ANSWER = {
    "id": "msg_2",
    "type": "message",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "Yes.", "annotations": SOURCES}],
}
SEARCHES = [
    {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": {}},
    {"id": "mcp_1", "type": "mcp_call", "server_label": "wiki", "name": "find", "arguments": "{}"},
]
LAW = Citation(DocumentId("file_1"), "law.pdf")
PAGE = Citation(DocumentId("https://mit.example"), "MIT", 1, "https://mit.example", since=0)
QUESTION = {"id": "msg_1", "type": "message", "role": "user", "content": "May we?"}
THOUGHT = {"id": "rs_1", "type": "reasoning", "summary": []}


def page(*items, more=False):
    last = items[-1]["id"] if items else ""
    return Answer(
        body={"object": "list", "data": items, "has_more": more, "first_id": "", "last_id": last}
    )


async def test_tools_and_sources_are_told_in_our_words(api, model):
    api.will(page(ANSWER, *SEARCHES, THOUGHT, QUESTION))

    items = [item async for item in model.items(ConversationId("conv_1"))]

    assert items == [
        ModelSaid(
            "Yes.", (PAGE, LAW, LAW), (Source("MIT", "https://mit.example"), Source("law.pdf"))
        ),
        ToolUsed("web_search"),
        ToolUsed("wiki: find"),
        UserSaid("May we?"),
    ]


async def test_a_page_that_is_busy_for_a_moment_is_asked_for_again(api, model):
    busy = Answer(429, {"error": {"code": "rate_limit_exceeded", "message": "slow"}})
    api.will(page(ANSWER, more=True), busy, page(QUESTION))

    items = [item async for item in model.items(ConversationId("conv_1"))]

    assert [type(item) for item in items] == [ModelSaid, UserSaid]
    assert len(api.seen) == 3
