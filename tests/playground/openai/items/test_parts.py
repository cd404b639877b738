"""Images and files in messages, over HTTP, as OpenAI describes them."""

from base64 import b64encode
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError
from openai.types.conversations import Conversation

from tests.playground.openai.asking import stored

PNG = "data:image/png;base64," + b64encode(b"\x89PNG\r\n\x1a\nrest").decode()
PDF = "data:application/pdf;base64," + b64encode(b"%PDF-1.7").decode()
TEXT = {"type": "input_text", "text": "Look"}


def said(*parts: Any) -> Any:
    return {"type": "message", "role": "user", "content": [TEXT, *parts]}


async def test_images_and_files_are_kept(client: AsyncOpenAI, conversation: Conversation) -> None:
    image = {"type": "input_image", "image_url": PNG}
    file = {"type": "input_file", "filename": "a.pdf", "file_data": PDF}
    await client.conversations.items.create(conversation.id, items=[said(image, file)])
    (item,) = await stored(client, conversation.id)
    assert [part.type for part in item.content] == ["input_text", "input_image", "input_file"]
    assert item.content[1].detail == "auto"
    assert item.content[2].filename == "a.pdf"


@pytest.mark.parametrize(
    ("part", "param"),
    [
        ({"type": "input_image"}, "image_url"),
        ({"type": "input_image", "image_url": 1}, "image_url"),
        ({"type": "input_image", "image_url": "data:image/png;base64,%%"}, "image_url"),
        ({"type": "input_image", "image_url": PDF}, "image_url"),
        ({"type": "input_image", "image_url": PNG, "file_id": "file-1"}, ""),
        ({"type": "input_file"}, "file_id"),
        ({"type": "input_file", "file_data": PDF}, "filename"),
        ({"type": "input_file", "filename": "a.pdf", "file_data": "JVBERi0="}, "file_data"),
        ({"type": "input_image", "image_url": "x" * 20_971_521}, "image_url"),
    ],
)
async def test_what_openai_would_not_take_is_refused(
    client: AsyncOpenAI, conversation: Conversation, part: Any, param: str
) -> None:
    with pytest.raises(BadRequestError) as caught:
        await client.conversations.items.create(conversation.id, items=[said(part)])
    assert caught.value.param == "items[0].content[1]" + (f".{param}" if param else "")
