"""Uploading files to Slack; nobody sees them until a message shows them.

1. Slack gives the file an id, and a URL of its own file server for the bytes.
2. An upload becomes a file when it is completed. An upload that is not, for example because its
   bytes never arrived, expires.
3. Slack processes a file before it can be shown. We poll until its type is known; a file that
   takes too long is shown as a link.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.adapters.leased_requests import leased_body
from bot.adapters.slack.api.answers import Ambiguous, SlackRefused
from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.panel.errors import MessengerRefused
from bot.panel.made_files import StoredFile, Upload
from bot.panel.model import FileId
from bot.panel.retries import Backoff, Retries

POLL_DELAYS = (0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0)  # seconds before each poll of a new file
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})  # for an image block
_TIMEOUT = ClientTimeout(total=60, connect=5)
_LONGEST_NAME = 200


class Uploads:
    """The part of a FileServer that stores; *is_slack_url* says whether a URL is Slack's own."""

    def __init__(
        self,
        api: SlackApi,
        session: ClientSession,
        is_slack_url: Callable[[str], bool],
        poll_delays: Sequence[float] = POLL_DELAYS,
    ) -> None:
        self._api = api
        self._session = session
        self._is_slack_url = is_slack_url
        self._poll_delays = poll_delays

    async def open_upload(self, name: str, size: int) -> Upload:
        upload = await self._api.rewrite(  # one that is not used expires
            "files.getUploadURLExternal", filename=_title(name), length=size
        )
        return Upload(FileId(upload["file_id"]), str(upload["upload_url"]))

    async def upload(self, upload: Upload, name: str, about: str, content: bytes) -> StoredFile:
        """Send the bytes, and return the file once it can be shown."""
        await self._send(upload.url, content)
        return await self._complete(upload.id, name, about)

    async def resume_upload(self, id_: FileId, name: str, about: str) -> StoredFile | None:
        """Return the file of an upload at any point; None if its bytes have not arrived."""
        with suppress(MessengerRefused):
            file = (await self._api.read("files.info", file=id_))["file"]
            if file.get("mode") != "tombstone":
                return await self._stored(file, id_, name, about)
        with suppress(MessengerRefused):
            return await self._complete(id_, name, about)
        return None

    async def _complete(self, id_: FileId, name: str, about: str) -> StoredFile:
        completed = await self._api.write(
            "files.completeUploadExternal", files=[{"id": id_, "title": _title(name)}]
        )
        return await self._stored(completed["files"][0], id_, name, about)

    async def _stored(self, file: Json, id_: FileId, name: str, about: str) -> StoredFile:
        file = await self._processed({**file, "id": id_})
        is_image = file.get("mimetype") in _IMAGES
        return StoredFile(id_, _title(name), str(file.get("permalink") or ""), about, is_image)

    async def _send(self, url: str, content: bytes) -> None:
        if not self._is_slack_url(url):
            raise SlackRefused("foreign_upload_url")
        try:
            async with self._session.post(
                url,
                data=leased_body(content),
                headers={"Content-Length": str(len(content))},
                allow_redirects=False,
                timeout=_TIMEOUT,
            ) as response:
                if response.status >= 500 or response.status == 429:
                    raise Ambiguous(f"upload: http_{response.status}")
                if response.status != 200:
                    raise SlackRefused(f"upload_http_{response.status}")
        except (ClientError, TimeoutError, OSError) as error:
            raise Ambiguous(f"upload: {type(error).__name__}") from error

    async def _processed(self, file: Json) -> Json:
        """Return the file once Slack has processed it, or as it is after the last poll."""
        polls = Retries(Backoff(tuple(self._poll_delays)))
        while not (file.get("mimetype") and file.get("permalink")) and await polls.wait():
            file = (await self._api.read("files.info", file=file["id"]))["file"]
        return file


def _title(name: str) -> str:
    return " ".join(name.split())[:_LONGEST_NAME] or "file"
