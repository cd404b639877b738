from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError

from tests.playground.openai.teaching import HANDBOOK, uploaded


async def test_a_file_is_kept_until_it_is_deleted(client: AsyncOpenAI) -> None:
    created = await uploaded(client)
    assert (created.filename, created.bytes) == ("handbook.md", len(HANDBOOK))
    assert await client.files.retrieve(created.id) == created
    assert (await client.files.delete(created.id)).deleted
    with pytest.raises(NotFoundError):
        await client.files.retrieve(created.id)


async def test_files_are_listed_by_purpose(client: AsyncOpenAI) -> None:
    document = await uploaded(client)
    other = await client.files.create(file=("a.jsonl", b"{}"), purpose="batch")
    assert [file.id async for file in client.files.list()] == [other.id, document.id]
    assert [file.id async for file in client.files.list(purpose="batch")] == [other.id]


async def test_the_bytes_come_back_except_those_of_documents(client: AsyncOpenAI) -> None:
    batch = await client.files.create(file=("a.jsonl", b"{}"), purpose="batch")
    assert (await client.files.content(batch.id)).content == b"{}"
    document = await uploaded(client)
    with pytest.raises(BadRequestError, match="Not allowed to download"):
        await client.files.content(document.id)


@pytest.mark.parametrize(
    ("content", "purpose", "param"), [(b"", "assistants", "file"), (b"x", "fun", "purpose")]
)
async def test_a_file_that_cannot_be_is_refused(
    client: AsyncOpenAI, content: bytes, purpose: Any, param: str
) -> None:
    with pytest.raises(BadRequestError) as caught:
        await client.files.create(file=("a.md", content), purpose=purpose)
    assert caught.value.param == param
    assert [file async for file in client.files.list()] == []
