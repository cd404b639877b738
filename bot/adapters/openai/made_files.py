"""Reading the files that the model's side has made: from its containers, or the conversation."""

from collections.abc import Sequence
from io import BytesIO
from urllib.parse import quote

from openai import AsyncOpenAI

from bot.adapters.openai import absence, errors
from bot.adapters.openai.reading.items import image_of, kind_of
from bot.adapters.openai.reading.sent import Sent
from bot.panel.errors import Refused
from bot.panel.made_files import MadeFile
from bot.panel.model import ConversationId
from bot.panel.texts import file_sentences

_CHUNK = 64 * 1024


async def read(
    client: AsyncOpenAI, conversation: ConversationId, file: MadeFile, most: int
) -> bytes:
    """Return what *file* holds. Raises Refused if it is gone, or larger than *most* bytes."""
    try:
        async with errors.translated():
            if file.container:
                return await _from_container(client, file, most)
            return await _from_conversation(client, conversation, file)
    except errors.NotFound as error:  # containers do not last
        if any(kind.is_missing(error, id_) for kind, id_ in _owners(conversation, file)):
            raise Refused(file_sentences.made_gone(file.name)) from None
        raise


def _owners(conversation: ConversationId, file: MadeFile) -> Sequence[tuple[absence.Kind, str]]:
    """Return what *file* is gone with."""
    if file.container:
        return (absence.CONTAINER, file.container), (absence.FILE, file.id)
    return (absence.CONVERSATION, conversation), (absence.ITEM, file.id)


async def _from_container(client: AsyncOpenAI, file: MadeFile, most: int) -> bytes:
    contents = client.containers.files.content.with_streaming_response
    content = BytesIO()
    async with contents.retrieve(file.id, container_id=file.container) as response:
        async for chunk in response.iter_bytes(_CHUNK):
            content.write(chunk)
            if content.tell() > most:
                raise Refused(file_sentences.made_too_large(file.name, most))
    return content.getvalue()  # without a copy


async def _from_conversation(
    client: AsyncOpenAI, conversation: ConversationId, file: MadeFile
) -> bytes:
    path = f"/conversations/{quote(conversation, safe='')}/items/{quote(file.id, safe='')}"
    drawn = Sent(await client.get(path, cast_to=object), "item")
    content = image_of(drawn) if kind_of(drawn) == "image_generation_call" else b""
    if not content:
        raise Refused(file_sentences.made_gone(file.name))
    return content
