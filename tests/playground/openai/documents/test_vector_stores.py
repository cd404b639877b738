import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError

from bot.playground.openai.server import OpenAIPlayground
from tests.playground.openai.teaching import HANDBOOK, taught, uploaded


async def test_a_vector_store_is_kept_with_its_metadata(client: AsyncOpenAI) -> None:
    created = await client.vector_stores.create(name="Documents", metadata={"expert": "legal"})
    assert await client.vector_stores.retrieve(created.id) == created
    changed = await client.vector_stores.update(created.id, metadata={"expert": "finance"})
    assert (changed.name, changed.metadata) == ("Documents", {"expert": "finance"})
    assert (await client.vector_stores.delete(created.id)).deleted
    with pytest.raises(NotFoundError):
        await client.vector_stores.retrieve(created.id)


async def test_vector_stores_are_listed_by_pages(client: AsyncOpenAI) -> None:
    created = [await client.vector_stores.create(name=str(number)) for number in range(5)]
    listed = [store.name async for store in client.vector_stores.list(limit=2, order="asc")]
    assert listed == [store.name for store in created]


async def test_a_file_is_indexed_after_a_while(
    client: AsyncOpenAI, server: OpenAIPlayground
) -> None:
    server.vector_stores.indexing = 60
    store = await taught(client)
    (file,) = [one async for one in client.vector_stores.files.list(store.id)]
    assert (file.status, file.usage_bytes) == ("in_progress", 0)
    assert (await client.vector_stores.retrieve(store.id)).file_counts.in_progress == 1
    assert (await client.vector_stores.search(store.id, query="holiday")).data == []
    server.vector_stores.kept[store.id].files[file.id].ready_at = 0
    found = await client.vector_stores.files.retrieve(file.id, vector_store_id=store.id)
    assert found.status == "completed"
    assert found.usage_bytes > 0


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("table.xlsx", b"PK", "unsupported_file"), ("old.txt", b"\xfc", "invalid_file")],
)
async def test_what_cannot_be_read_fails(
    client: AsyncOpenAI, name: str, content: bytes, code: str
) -> None:
    store = await client.vector_stores.create()
    file = await uploaded(client, content, name)
    attached = await client.vector_stores.files.create(store.id, file_id=file.id)
    assert attached.status == "failed"
    assert attached.last_error
    assert attached.last_error.code == code


async def test_files_keep_their_attributes_and_are_listed_by_state(client: AsyncOpenAI) -> None:
    store = await taught(client)
    broken = await uploaded(client, b"PK", "table.xlsx")
    attributes = {"name": "table.xlsx", "size": 2.0}
    files = client.vector_stores.files
    await files.create(store.id, file_id=broken.id, attributes=attributes)
    (failed,) = [one async for one in files.list(store.id, filter="failed")]
    assert (failed.id, failed.attributes) == (broken.id, attributes)


async def test_a_search_finds_the_passages_that_share_words(client: AsyncOpenAI) -> None:
    store = await taught(client, handbook=HANDBOOK, prices="Support costs 900 a year.")
    page = await client.vector_stores.search(store.id, query="How many days of holiday?")
    (found,) = page.data
    assert found.filename == "handbook.md"
    assert "thirty days of holiday" in found.content[0].text
    assert 0 < found.score <= 1
    assert (await client.vector_stores.search(store.id, query="Zebra?")).data == []


async def test_a_detached_or_deleted_file_is_found_no_more(client: AsyncOpenAI) -> None:
    store = await taught(client, one="All about zebras.", two="More about zebras.")
    first, second = [f.id async for f in client.vector_stores.files.list(store.id, order="asc")]
    await client.vector_stores.files.delete(first, vector_store_id=store.id)
    page = await client.vector_stores.search(store.id, query="zebras")
    assert [found.file_id for found in page.data] == [second]
    await client.files.delete(second)
    assert (await client.vector_stores.search(store.id, query="zebras")).data == []
    with pytest.raises(NotFoundError):
        await client.vector_stores.files.retrieve(second, vector_store_id=store.id)


async def test_only_files_that_there_are_can_be_attached(client: AsyncOpenAI) -> None:
    store = await client.vector_stores.create()
    with pytest.raises(NotFoundError):
        await client.vector_stores.files.create(store.id, file_id="file-none")
    with pytest.raises(BadRequestError):
        await client.vector_stores.search(store.id, query="")
