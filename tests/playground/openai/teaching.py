"""Short ways to fill vector stores."""

from openai import AsyncOpenAI
from openai.types import FileObject, VectorStore

HANDBOOK = """\
# Handbook

Everybody has thirty days of holiday. Ask your lead two weeks before.

Laptops are replaced after four years.
"""


async def uploaded(
    client: AsyncOpenAI, text: str | bytes = HANDBOOK, name: str = "handbook.md"
) -> FileObject:
    """Upload a file."""
    content = text.encode() if isinstance(text, str) else text
    return await client.files.create(file=(name, content), purpose="assistants")


async def taught(client: AsyncOpenAI, **documents: str) -> VectorStore:
    """Return a vector store that holds *documents*: name, without ``.md``, to text."""
    store = await client.vector_stores.create(name="Documents")
    for name, text in (documents or {"handbook": HANDBOOK}).items():
        file = await uploaded(client, text, f"{name}.md")
        await client.vector_stores.files.create(store.id, file_id=file.id)
    return store
