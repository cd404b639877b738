"""What is kept of a document so that it can be searched.

It is searchable some time after it was attached; of a file that is no text in UTF-8, or of a
kind that cannot be searched, nothing is. A real server reads PDFs and office documents too:
this one fails on them, as on a damaged file.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.json_types import Json
from bot.playground.openai.documents import retrieval
from bot.playground.openai.documents.files import File
from bot.playground.openai.items.items import new_id
from bot.playground.openai.stand_in.brain import Passage

_SEARCHABLE = frozenset(
    "c cpp cs css doc docx go html java js json md pdf php pptx py rb sh tex ts txt".split()  # noqa: SIM905 - as a list it would not fit a line
)
_CHUNKING: Json = {
    "type": "static",
    "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
}
_BYTES_FOR_EACH = 4  # of a text


@dataclass(slots=True)
class Attached:
    """A file in a vector store."""

    file: File
    store_id: str
    attributes: dict[str, Any]
    ready_at: float  # monotonic
    created_at: int = field(default_factory=lambda: int(time.time()))
    error: Json | None = None
    passages: tuple[Passage, ...] = ()
    outcome: str = ""  # an error's code or "cancelled": what becomes of it in any case

    def __post_init__(self) -> None:
        code, text = _read(self.file)
        if code := self.outcome or code:
            self.error = {"code": code, "message": "The file could not be parsed."}
        else:
            self.passages = tuple(
                Passage(self.file.id, self.file.filename, piece, self.attributes)
                for piece in retrieval.cut(text)
            )

    @property
    def status(self) -> str:
        """How far the indexing is."""
        if time.monotonic() < self.ready_at:
            return "in_progress"
        if self.outcome == "cancelled":
            return "cancelled"
        return "failed" if self.error else "completed"

    @property
    def usage_bytes(self) -> int:
        """How much is kept of it."""
        if self.status != "completed":
            return 0
        return sum(_BYTES_FOR_EACH * len(passage.text) for passage in self.passages)

    def shown(self) -> Json:
        """Return it as the API does."""
        status = self.status
        return {
            "id": self.file.id,
            "object": "vector_store.file",
            "usage_bytes": self.usage_bytes,
            "created_at": self.created_at,
            "vector_store_id": self.store_id,
            "status": status,
            "last_error": self.error if status == "failed" else None,
            "chunking_strategy": _CHUNKING,
            "attributes": self.attributes,
        }


@dataclass(slots=True)
class VectorStore:
    """One vector store."""

    name: str
    metadata: dict[str, str]
    id: str = field(default_factory=lambda: new_id("vs"))
    created_at: int = field(default_factory=lambda: int(time.time()))
    files: dict[str, Attached] = field(default_factory=dict)
    expired: bool = False

    def shown(self) -> Json:
        """Return it as the API does."""
        states = [attached.status for attached in self.files.values()]
        kinds = ("in_progress", "completed", "failed", "cancelled")
        counts = {kind: states.count(kind) for kind in kinds}
        return {
            "id": self.id,
            "object": "vector_store",
            "created_at": self.created_at,
            "name": self.name,
            "usage_bytes": sum(attached.usage_bytes for attached in self.files.values()),
            "file_counts": {**counts, "total": len(states)},
            "status": self._status(counts),
            "last_active_at": self.created_at,
            "metadata": self.metadata,
        }

    def _status(self, counts: Mapping[str, int]) -> str:
        if self.expired:
            return "expired"
        return "in_progress" if counts["in_progress"] else "completed"


def _read(file: File) -> tuple[str, str]:
    """Return why the file cannot be read, if it cannot, and its text."""
    if file.filename.rpartition(".")[2].lower() not in _SEARCHABLE:
        return "unsupported_file", ""
    try:
        return "", file.content.decode()
    except UnicodeDecodeError:
        return "invalid_file", ""
