"""Uploading files to Slack; nobody sees them until a message shows them.

1. The bytes go to the URL that Slack returns, if it is on Slack's own file server.
2. Slack processes a file before it can be shown. We poll until its type is known; a file that
   takes too long is shown as a link.
"""

from collections.abc import Callable, Sequence

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.adapters.slack.api.web_api import Ambiguous, SlackApi, SlackRefused
from bot.json_types import Json
from bot.panel.made_files import StoredFile
from bot.panel.model import FileId
from bot.panel.retries import Backoff, Retries

POLL_DELAYS = (0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0)  # seconds before each poll of a new file
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})  # for an image block
_TIMEOUT = ClientTimeout(total=60, connect=5)
_LONGEST_NAME = 200


class Uploads:
    """Stores files; *is_slack_url* says whether a URL is on Slack's file server."""

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

    async def store(self, name: str, about: str, content: bytes) -> StoredFile:
        """Upload and return the file. Raises MessengerRefused, MessengerUnavailable."""
        title = " ".join(name.split())[:_LONGEST_NAME] or "file"
        upload = await self._api.rewrite(  # a URL that is not used expires
            "files.getUploadURLExternal", filename=title, length=len(content)
        )
        await self._send(str(upload["upload_url"]), content)
        completed = await self._api.write(
            "files.completeUploadExternal", files=[{"id": upload["file_id"], "title": title}]
        )
        file = await self._processed(completed["files"][0])
        return StoredFile(
            FileId(upload["file_id"]),
            title,
            str(file.get("permalink") or ""),
            about,
            is_image=file.get("mimetype") in _IMAGES,
        )

    async def _send(self, url: str, content: bytes) -> None:
        if not self._is_slack_url(url):
            raise SlackRefused("foreign_upload_url")
        try:
            async with self._session.post(
                url, data=content, allow_redirects=False, timeout=_TIMEOUT
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
