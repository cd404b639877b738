"""``/v1/containers``: where a model's code runs, and what it has left there."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from secrets import token_hex

from bot.json_types import Json
from bot.playground.openai.api_types import ApiRequest, Handler, RawAnswer
from bot.playground.openai.errors import ApiError
from bot.playground.openai.paging import page
from bot.playground.openai.stand_in.brain import AnyCite, Reply, Step, Text
from bot.playground.openai.stand_in.hosted_steps import CiteMade, RunCode

_MINUTES = 20  # after which an idle container is gone


@dataclass(frozen=True, slots=True)
class ContainerFile:
    """A file that code has left."""

    name: str
    content: bytes
    id: str = field(default_factory=lambda: f"cfile_{token_hex(16)}")
    created_at: int = field(default_factory=lambda: int(time.time()))


@dataclass(slots=True)
class Container:
    """One place where code runs."""

    id: str = field(default_factory=lambda: f"cntr_{token_hex(24)}")
    created_at: int = field(default_factory=lambda: int(time.time()))
    files: dict[str, ContainerFile] = field(default_factory=dict)

    def named(self, name: str) -> ContainerFile:
        """Return the newest file of that name."""
        return next(one for one in reversed(self.files.values()) if one.name == name)


class Containers:
    """Answers requests about containers, and opens one for each response that runs code."""

    def __init__(self) -> None:
        self.kept: dict[str, Container] = {}

    @property
    def routes(self) -> Mapping[str, Handler]:
        """Who answers what."""
        one = "/v1/containers/{container}"
        return {
            f"GET {one}": self._retrieve,
            f"DELETE {one}": self._delete,
            f"GET {one}/files": self._list,
            f"GET {one}/files/{{file}}": self._file,
            f"GET {one}/files/{{file}}/content": self._content,
        }

    def ran(self, reply: Reply) -> Reply:
        """Return *reply* with what its code leaves in a container."""
        if not any(isinstance(step, RunCode) for step in reply):
            return reply
        container = Container()
        self.kept[container.id] = container
        return [_ran(step, container) for step in reply]

    def _find(self, request: ApiRequest) -> Container:
        found = self.kept.get(request.ids["container"])
        if found is None:
            wanted = request.ids["container"]
            raise ApiError(f"Container with id '{wanted}' not found.", status=404)
        return found

    def _find_file(self, request: ApiRequest) -> tuple[Container, ContainerFile]:
        container, wanted = self._find(request), request.ids["file"]
        if wanted not in container.files:
            raise ApiError(f"Container file with id '{wanted}' not found.", status=404)
        return container, container.files[wanted]

    async def _retrieve(self, request: ApiRequest) -> Json:
        found = self._find(request)
        return {
            "id": found.id,
            "object": "container",
            "name": "auto",
            "created_at": found.created_at,
            "last_active_at": found.created_at,
            "status": "running",
            "expires_after": {"anchor": "last_active_at", "minutes": _MINUTES},
            "memory_limit": "1g",
        }

    async def _delete(self, request: ApiRequest) -> Json:
        found = self._find(request)
        del self.kept[found.id]
        return {"id": found.id, "object": "container.deleted", "deleted": True}

    async def _list(self, request: ApiRequest) -> Json:
        found = self._find(request)
        return page([_shown(found, file) for file in found.files.values()], request)

    async def _file(self, request: ApiRequest) -> Json:
        return _shown(*self._find_file(request))

    async def _content(self, request: ApiRequest) -> RawAnswer:
        return RawAnswer(self._find_file(request)[1].content)


def _ran(step: Step, container: Container) -> Step:
    match step:
        case RunCode(files=files):
            left = [ContainerFile(name, content) for name, content in files.items()]
            container.files |= {one.id: one for one in left}
            return replace(step, container=container.id)
        case Text(cites=cites):
            return replace(step, cites=tuple(_found(cite, container) for cite in cites))
        case _:
            return step


def _found(cite: AnyCite, container: Container) -> AnyCite:
    if not isinstance(cite, CiteMade):
        return cite
    return replace(cite, container=container.id, file_id=container.named(cite.filename).id)


def _shown(container: Container, file: ContainerFile) -> Json:
    return {
        "id": file.id,
        "object": "container.file",
        "container_id": container.id,
        "created_at": file.created_at,
        "bytes": len(file.content),
        "path": f"/mnt/data/{file.name}",
        "source": "assistant",
    }
