"""Fetching the files that came with a message, for the experts of one turn."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from bot.panel.errors import MessengerRefused, MessengerUnavailable, Refused
from bot.panel.language_model.exchange import Attachment
from bot.panel.language_model.files.attachments import (
    LARGEST,
    LARGEST_TOGETHER,
    MOST,
    Attached,
    TextFile,
    sort_out,
    understood,
)
from bot.panel.language_model.files.byte_budget import Share
from bot.panel.made_files import StoredFile, Upload
from bot.panel.model import FileId, SharedFile
from bot.panel.retries import retry
from bot.panel.texts import apologies, file_sentences
from bot.panel.timeouts import Timeouts

log = logging.getLogger(__name__)


class FileServer(Protocol):
    """Where files lie that people have shared, or that are to be shown to them."""

    async def read(self, file: SharedFile, most: int) -> tuple[str, bytes]:
        """Return the name of *file*, as known now, and what it holds, up to *most* bytes.

        Raises Refused, with a sentence for people, if it cannot be had safely, is gone or
        larger; MessengerRefused or MessengerUnavailable.
        """

    async def open_upload(self, name: str, size: int) -> Upload:
        """Open an upload of *size* bytes. Raises MessengerRefused, MessengerUnavailable."""

    async def upload(self, upload: Upload, name: str, about: str, content: bytes) -> StoredFile:
        """Store a file, invisible until a message shows it; return once one can.

        Raises MessengerRefused, MessengerUnavailable.
        """

    async def resume_upload(self, id_: FileId, name: str, about: str) -> StoredFile | None:
        """Return the file of an upload that was opened before; None if its bytes never arrived.

        Raises MessengerUnavailable.
        """


def needed(files: Sequence[SharedFile]) -> int:
    """Return how many bytes *files* may hold, whatever their messages say of a single one."""
    sizes = [file.size or LARGEST for file in files[-MOST:] if file.size <= LARGEST]
    return min(max(sum(sizes), LARGEST), LARGEST_TOGETHER) if sizes else 0


async def fetch(
    server: FileServer, files: Sequence[SharedFile], timeouts: Timeouts, share: Share
) -> Attached:
    """Return what experts get of *files*; the others are named among the problems.

    Their contents take up *share*, which has as much as is ``needed``.
    """
    contents: list[TextFile | Attachment] = []
    problems = [file_sentences.file_too_many(file.name, MOST) for file in files[:-MOST]]
    room = share.size
    deadline = asyncio.get_running_loop().time() + timeouts.files
    for file in files[-MOST:]:  # the newest ones
        try:
            async with asyncio.timeout_at(deadline):
                name, content = await _read(server, file, room, timeouts)
            contents.append(understood(name, content))
            room -= len(content)
        except TimeoutError:
            problems.append(file_sentences.file_withheld(file.name))
            log.warning("file.slow", extra={"file": file.id})
        except Refused as refusal:
            problems.append(str(refusal))
            log.info("file.refused", extra={"file": file.id})
    share.keep(sum(len(one.content) for one in contents if isinstance(one, Attachment)))
    return sort_out(contents, problems)


async def _read(
    server: FileServer, file: SharedFile, room: int, timeouts: Timeouts
) -> tuple[str, bytes]:
    """Return the file's name and content. Raises Refused if they cannot be had, even later."""
    if file.size > LARGEST:
        raise Refused(file_sentences.file_too_large(file.name, LARGEST))
    if file.size > room:
        raise Refused(file_sentences.files_too_large(file.name, LARGEST_TOGETHER))
    try:
        return await retry(
            lambda: server.read(file, min(room, LARGEST)), timeouts.backoff, on=MessengerUnavailable
        )
    except MessengerRefused as error:
        log.warning("file.withheld", extra={"file": file.id, "reason": str(error)})
        if error.needed:
            raise Refused(apologies.file_denied(file.name, error.needed)) from None
    except MessengerUnavailable as error:
        log.warning("file.unavailable", extra={"file": file.id, "reason": str(error)})
    raise Refused(file_sentences.file_withheld(file.name))
