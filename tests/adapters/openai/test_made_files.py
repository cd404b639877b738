"""Files that the model's side has made: told of in answers, and fetched from where they lie."""

from base64 import b64encode

import pytest

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.panel.citations import Citation
from bot.panel.errors import ModelUnavailable, Refused
from bot.panel.language_model.exchange import ModelSaid, Responded, ToolUsed
from bot.panel.made_files import MadeFile
from bot.panel.model import ConversationId, DocumentId
from tests.adapters.openai.canned_api import Answer, CannedApi, Stream
from tests.adapters.openai.events import completed, error, message, page
from tests.adapters.openai.prompts import told

PNG = b"\x89PNG\r\n\x1a\n and more"
CHART = MadeFile("cfile_1", "chart.png", container="cntr_1")
DRAWN = MadeFile("ig_1", "image.png", "A duck on a lake")
HERE = ConversationId("conv_1")
MADE = {
    "type": "container_file_citation",
    "container_id": "cntr_1",
    "file_id": "cfile_1",
    "filename": "/mnt/data/chart.png",
    "start_index": 0,
    "end_index": 3,
}
IMAGE = {
    "id": "ig_1",
    "type": "image_generation_call",
    "status": "completed",
    "result": b64encode(PNG).decode(),
    "revised_prompt": "A duck on a lake",
}


def noted(text: str, *notes: object) -> dict:
    body = message(text)
    body["content"][0]["annotations"] = [*notes]
    return body


async def last(model: ConversationsModel, api: CannedApi, *items: dict) -> Responded:
    api.will(Stream((completed(*items),)))
    event = (await told(model))[-1]
    assert isinstance(event, Responded)
    return event


async def test_a_response_tells_of_the_files_that_it_cites_each_once(model, api):
    event = await last(model, api, noted("See", MADE, MADE))
    assert event.files == (CHART,)
    assert event.contents == {}
    assert event.citations == ()


async def test_an_image_comes_with_the_response_that_drew_it(model, api):
    event = await last(model, api, IMAGE, message("There."))
    assert (event.text, event.files) == ("There.", (DRAWN,))
    assert event.contents == {"ig_1": PNG}


async def test_a_stored_answer_still_knows_what_it_made(model, api):
    stored = page(noted("See", MADE), IMAGE, message("Hi 17", role="user"))
    api.will(Answer(body=stored), Answer(body=stored))
    since = await model.since(HERE, "17")
    assert since[1:] == [ModelSaid("", files=(DRAWN,)), ModelSaid("See", files=(CHART,))]
    items = [item async for item in model.items(HERE)]
    assert items[:3] == [*reversed(since[1:]), ToolUsed("image_generation")]


async def test_pages_are_cited_with_the_words_that_lead_to_them(model, api):
    note = {
        "type": "url_citation",
        "url": "https://a.example/x",
        "title": "",
        "start_index": 5,
        "end_index": 20,
    }
    nowhere = note | {"start_index": 0, "end_index": 0}
    event = await last(model, api, message("First."), noted("Yes. ([a](https://…))", note, nowhere))
    name, url = DocumentId("https://a.example/x"), "https://a.example/x"
    assert event.citations == (
        Citation(name, "a.example", 8 + 20, url, since=8 + 5),
        Citation(name, "a.example", None, url),
    )


async def test_a_file_is_fetched_from_its_container(model, api):
    api.will(Answer(body=PNG))
    assert await model.content(HERE, CHART, 100) == PNG
    assert api.seen[-1].path == "/containers/cntr_1/files/cfile_1/content"


async def test_an_image_is_fetched_from_the_conversation(model, api):
    api.will(Answer(body=IMAGE))
    assert await model.content(HERE, DRAWN, 100) == PNG
    assert api.seen[-1].path == "/conversations/conv_1/items/ig_1"


async def test_what_is_too_large_is_not_read_to_its_end(model, api):
    api.will(Answer(body=PNG * 100))
    with pytest.raises(Refused, match=r"`chart.png` is larger than"):
        await model.content(HERE, CHART, len(PNG))


@pytest.mark.parametrize(
    ("file", "message"),
    [(CHART, "Container not found"), (DRAWN, "Item with id 'ig_1' not found.")],
)
async def test_what_is_gone_is_named(model, api, file, message):
    api.will(Answer(404, error(message)))
    with pytest.raises(Refused, match="is not there any more"):
        await model.content(HERE, file, 100)


async def test_a_server_that_is_away_may_be_asked_again(model, api):
    api.will(Answer(503, error("Overloaded")), Answer(503, error("Overloaded")))
    for file in (CHART, DRAWN):
        with pytest.raises(ModelUnavailable):
            await model.content(HERE, file, 100)
