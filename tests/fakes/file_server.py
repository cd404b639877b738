"""Files that people share, in memory."""

import asyncio
from collections import deque

from bot.panel.errors import PanelError, Refused
from bot.panel.language_model.file_fetching import FileServer
from bot.panel.made_files import StoredFile
from bot.panel.model import FileId, SharedFile


class FakeFileServer(FileServer):
    """Serves the files that a test has put there; *errors* are raised first."""

    def __init__(self) -> None:
        self.contents: dict[FileId, bytes] = {}
        self.errors: deque[PanelError] = deque()
        self.read_so_far: list[FileId] = []
        self.is_slow = False
        self.stored: list[tuple[str, bytes]] = []

    def put(self, name: str, content: bytes) -> SharedFile:
        """Share a file; returns it as a message has it."""
        file = SharedFile(FileId(f"F{len(self.contents)}"), name, size=len(content))
        self.contents[file.id] = content
        return file

    async def read(self, file: SharedFile, most: int) -> tuple[str, bytes]:
        self.read_so_far.append(file.id)
        if self.is_slow:
            await asyncio.Event().wait()
        if self.errors:
            raise self.errors.popleft()
        content = self.contents.get(file.id)
        if content is None or len(content) > most:
            raise Refused(f"`{file.name}` is gone or too large.")
        return file.name, content

    async def store(self, name: str, about: str, content: bytes) -> StoredFile:
        if self.is_slow:
            await asyncio.Event().wait()
        if self.errors:
            raise self.errors.popleft()
        self.stored.append((name, content))
        number = len(self.stored)
        is_image = name.endswith(".png")
        return StoredFile(
            FileId(f"FMADE{number}"), name, f"https://slack/{number}", about, is_image
        )
