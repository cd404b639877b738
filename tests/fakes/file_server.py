"""Files that people share, in memory."""

import asyncio
from collections import deque

from bot.panel.errors import PanelError, Refused
from bot.panel.language_model.files.file_fetching import FileServer
from bot.panel.made_files import StoredFile, Upload
from bot.panel.model import FileId, SharedFile


class FakeFileServer(FileServer):
    """Serves the files that a test has put there; *errors* are raised first."""

    def __init__(self) -> None:
        self.contents: dict[FileId, bytes] = {}
        self.errors: deque[PanelError] = deque()
        self.read_so_far: list[FileId] = []
        self.is_slow = False
        self.stored: list[tuple[str, bytes]] = []
        self.uploads: dict[FileId, StoredFile | None] = {}

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

    async def open_upload(self, name: str, size: int) -> Upload:
        if self.is_slow:
            await asyncio.Event().wait()
        if self.errors:
            raise self.errors.popleft()
        id_ = FileId(f"FMADE{len(self.uploads) + 1}")
        self.uploads[id_] = None
        return Upload(id_, f"https://slack/upload/{id_}")

    async def upload(self, upload: Upload, name: str, about: str, content: bytes) -> StoredFile:
        self.stored.append((name, content))
        number, is_image = len(self.stored), name.endswith(".png")
        stored = StoredFile(upload.id, name, f"https://slack/{number}", about, is_image)
        self.uploads[upload.id] = stored
        return stored

    async def resume_upload(self, id_: FileId, name: str, about: str) -> StoredFile | None:
        return self.uploads.get(id_)
