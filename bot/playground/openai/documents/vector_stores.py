"""``/v1/vector_stores``: documents that can be searched."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.api_types import ApiRequest, Handler
from bot.playground.openai.conversations.store import checked_metadata
from bot.playground.openai.documents import retrieval
from bot.playground.openai.documents.files import Files
from bot.playground.openai.documents.indexing import Attached, VectorStore
from bot.playground.openai.errors import ApiError
from bot.playground.openai.fields import check_fields
from bot.playground.openai.paging import page
from bot.playground.openai.stand_in.brain import Passage

_MOST_FOUND = 50
_USUALLY_FOUND = 10


class VectorStores:
    """Answers requests about vector stores; indexing takes *indexing* seconds.

    Files that are attached while *outcome* has an error's code, or is ``cancelled``, end like that.
    """

    def __init__(self, files: Files) -> None:
        self.kept: dict[str, VectorStore] = {}
        self.indexing = 0.0
        self.outcome = ""
        self._files = files

    @property
    def routes(self) -> Mapping[str, Handler]:
        """Who answers what."""
        one = "/v1/vector_stores/{store}"
        files = f"{one}/files"
        return {
            "POST /v1/vector_stores": self._create,
            "GET /v1/vector_stores": self._list,
            f"GET {one}": self._retrieve,
            f"POST {one}": self._update,
            f"DELETE {one}": self._delete,
            f"POST {one}/search": self._search,
            f"POST {files}": self._attach,
            f"GET {files}": self._list_files,
            f"GET {files}/{{file}}": self._retrieve_file,
            f"GET {files}/{{file}}/content": self._content,
            f"DELETE {files}/{{file}}": self._detach,
        }

    def find(self, wanted: str) -> VectorStore:
        """Return a vector store, or raise 404."""
        found = self.kept.get(wanted)
        if found is None:
            raise ApiError(f"Vector store with id '{wanted}' not found.", status=404)
        return found

    def search(self, stores: Sequence[str], queries: Sequence[str], most: int) -> list[Passage]:
        """Return the passages in *stores* that have the most to do with *queries*."""
        return retrieval.best(queries, self._passages(stores), most)

    def _passages(self, stores: Sequence[str]) -> Iterator[Passage]:
        found = [self.find(store) for store in stores]
        for store in found:
            if store.expired:
                raise ApiError(f"Vector store {store.id} is expired.")
        for attached in (one for store in found for one in self._files_in(store)):
            if attached.status == "completed":
                yield from attached.passages

    def _files_in(self, store: VectorStore) -> list[Attached]:
        """Return the files that are still there: a deleted file is in no vector store."""
        return [one for one in store.files.values() if one.file.id in self._files.kept]

    async def _create(self, request: ApiRequest) -> Json:
        check_fields("vector store", request.body)
        metadata = checked_metadata(request.body.get("metadata"))
        created = VectorStore(request.body.get("name") or "", metadata)
        for wanted in request.body.get("file_ids") or ():
            self._attached(created, wanted, {})
        self.kept[created.id] = created
        return created.shown()

    async def _list(self, request: ApiRequest) -> Json:
        return page([store.shown() for store in self.kept.values()], request)

    async def _retrieve(self, request: ApiRequest) -> Json:
        return self._of(request).shown()

    async def _update(self, request: ApiRequest) -> Json:
        found = self._of(request)
        check_fields("vector store update", request.body)
        found.name = request.body.get("name") or found.name
        if "metadata" in request.body:
            found.metadata = checked_metadata(request.body["metadata"])
        return found.shown()

    async def _delete(self, request: ApiRequest) -> Json:
        found = self._of(request)
        del self.kept[found.id]
        return {"id": found.id, "object": "vector_store.deleted", "deleted": True}

    async def _search(self, request: ApiRequest) -> Json:
        found, body = self._of(request), request.body
        check_fields("vector store search", body)
        query = body.get("query")
        if not query:
            raise errors.missing("query")
        queries = [query] if isinstance(query, str) else query
        passages = self.search([found.id], queries, _most(body))
        return {
            "object": "vector_store.search_results.page",
            "search_query": queries,
            "data": [_result(passage) for passage in passages],
            "has_more": False,
            "next_page": None,
        }

    async def _attach(self, request: ApiRequest) -> Json:
        found = self._of(request)
        check_fields("vector store file", request.body)
        if "file_id" not in request.body:
            raise errors.missing("file_id")
        attributes = dict(request.body.get("attributes") or {})
        return self._attached(found, request.body["file_id"], attributes).shown()

    async def _list_files(self, request: ApiRequest) -> Json:
        wanted = request.query.get("filter")
        shown = [one.shown() for one in self._files_in(self._of(request))]
        return page([one for one in shown if wanted in (None, one["status"])], request)

    async def _retrieve_file(self, request: ApiRequest) -> Json:
        return self._file(request).shown()

    async def _content(self, request: ApiRequest) -> Json:
        pieces = [{"type": "text", "text": one.text} for one in self._file(request).passages]
        return {
            "object": "vector_store.file_content.page",
            "data": pieces,
            "has_more": False,
            "next_page": None,
        }

    async def _detach(self, request: ApiRequest) -> Json:
        store, file = self._of(request), self._file(request).file
        del store.files[file.id]
        return {"id": file.id, "object": "vector_store.file.deleted", "deleted": True}

    def _attached(self, store: VectorStore, file_id: str, attributes: dict[str, Any]) -> Attached:
        ready_at = time.monotonic() + self.indexing
        if store.expired:
            raise ApiError(f"Vector store {store.id} is expired.")
        file = self._files.find(file_id)
        attached = Attached(file, store.id, attributes, ready_at, outcome=self.outcome)
        store.files[file_id] = attached
        return attached

    def _of(self, request: ApiRequest) -> VectorStore:
        return self.find(request.ids["store"])

    def _file(self, request: ApiRequest) -> Attached:
        store, wanted = self._of(request), request.ids["file"]
        for attached in self._files_in(store):
            if attached.file.id == wanted:
                return attached
        text = f"No file found with id '{wanted}' in vector store '{store.id}'."
        raise ApiError(text, status=404)


def _most(body: Json) -> int:
    most = body.get("max_num_results", _USUALLY_FOUND)
    if not isinstance(most, int) or not 1 <= most <= _MOST_FOUND:
        raise errors.wrong_type("max_num_results", f"an integer from 1 to {_MOST_FOUND}")
    return most


def _result(passage: Passage) -> Json:
    shown = passage.shown()
    content = [{"type": "text", "text": shown.pop("text")}]
    return {**shown, "content": content}
